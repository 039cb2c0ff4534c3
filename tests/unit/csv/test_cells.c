// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>

#include "lib/samples.h"
#include "unit/csv/reading.h"

#define UNIT "TSE2321000131-E1"

// One cell of a line with its terms; what comes out again, or NULL when it is refused.
static void expect_cell(const char *column, const char *cell, const char *again)
{
    struct csv_column columns[CSV_COLUMNS_MAX];
    unsigned n = csv_columns(KIND_AGREEMENT_LINE, columns);
    char text[512], out[512] = "2: A-1," UNIT ",NFB49";
    snprintf(text, sizeof text, "agreement,unit,service,%s\nA-1," UNIT ",NFB49,%s\n",
             column, cell);
    for (unsigned i = 3; i < n; i++) {
        strcat(out, ",");
        if (again != NULL && strcmp(columns[i].name, column) == 0)
            strcat(out, again);
    }
    strcat(out, "\n");
    struct reading reading;
    reading_take(&reading, KIND_AGREEMENT_LINE, slice_from(text), 0);
    cr_expect_eq(reading.n_faults, again == NULL, "%s '%s': %s", column, cell,
                 reading.faults.data);
    cr_expect_str_eq(reading.rows.data, again ? out : "", "%s '%s'", column, cell);
    reading_close(&reading);
}

Test(csv_cell, numbers_have_no_more_decimals_than_their_unit)
{
    static const struct {
        const char *column, *cell, *again;
    } cells[] = {
        {"weight_max", "82.5", "82.5"},
        {"weight_max", "82", "82"},
        {"weight_max", "82.0", "82"},
        {"weight_max", "82.50", NULL},
        {"weight_max", "82.", NULL},
        {"weight_max", ".5", NULL},
        {"weight_max", "0.5", "0.5"},
        {"weight_max", "82,5", NULL},
        {"weight_max", "+82", NULL},
        {"weight_max", " 82", NULL},
        {"weight_max", "82 kg", NULL},
        {"weight_max", "8e1", NULL},
        {"weight_max", "-82", NULL},
        {"weight_max", "400.1", NULL},
        {"bmi_max", "35.5", "35.5"},
        {"bmi_max", "35.55", NULL},
        {"price", "0", "0"},
        {"price", "81250", "81250"},
        {"price", "81250.5", "81250.50"},
        {"price", "81250.05", "81250.05"},
        {"price", "81250.050", NULL},
        {"price", "81 250", NULL},
        {"price", "-1", NULL},
        {"price", "10000000000", "10000000000"},
        {"price", "10000000000.01", NULL},
        {"price", "99999999999999999999", NULL},
        {"lead_days", "0", "0"},
        {"lead_days", "14.0", NULL},
        {"lead_days", "3651", NULL},
        {"lead_days", "-", NULL},
        {"sex", "female", "female"},
        {"sex", "FEMALE", NULL},
        {"sex", "f", NULL},
        {"sex", "nemale", NULL},
        {"sex", "any", "any"},
        {"asa_max", "6", "6"},
        {"asa_max", "", ""},
        {"conditions", "a|b", "a|b"},
        {"conditions", "|", NULL},
        {"conditions", "a|", NULL},
        {"aftercare", "=1+1", "=1+1"},
        {"aftercare", "\" x\"", "\" x\""},
        {"aftercare", "\"\"", ""},
        {"aftercare", "\"a,b\"", "\"a,b\""},
        {"aftercare", "x ", "\"x \""},
    };
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        expect_cell(cells[i].column, cells[i].cell, cells[i].again);
}

Test(csv_cell, degrees_keep_six_decimals_and_their_sign)
{
    static const struct {
        const char *cell, *again;
    } cells[] = {
        {"57.7067", "57.7067"},
        {"57", "57"},
        {"-0.5", "-0.5"},
        {"57.706701", "57.706701"},
        {"57.7067012", NULL},
        {"90.000001", NULL},
        {"-90", "-90"},
        {"0.000001", "0.000001"},
        {"-0.000001", "-0.000001"},
        {"999999999999999999", NULL},
        {"57.100000", "57.1"},
    };
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        char text[256], row[256];
        snprintf(text, sizeof text,
                 "code,name,region,latitude,longitude\n1480,Göteborg,14,%s,11.9\n",
                 cells[i].cell);
        snprintf(row, sizeof row, "2: 1480,Göteborg,14,,%s,11.9\n",
                 cells[i].again ? cells[i].again : "");
        struct reading reading;
        reading_take(&reading, KIND_MUNICIPALITY, slice_from(text), 0);
        cr_expect_str_eq(reading.rows.data, cells[i].again ? row : "", "%s",
                         cells[i].cell);
        reading_close(&reading);
    }
}

Test(csv_cell, sets_are_written_as_a_star_or_ascending_codes)
{
    static const char *const sets[][2] = {
        {"@norra|01", "01|22|23|24|25"},
        {"*", "*"},
        {"14|13", "13|14"},
        {"@norra|@mellansverige|@stockholm-gotland|@vastra|"
         "@sydostra|@sodra",
         "*"},
    };
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        char text[512], row[256];
        snprintf(text, sizeof text, "id,owner_region,kind,callers\nA-1,09,own,%s\n",
                 sets[i][0]);
        snprintf(row, sizeof row, "2: A-1,09,own,,,,,%s,\n", sets[i][1]);
        struct reading reading;
        reading_take(&reading, KIND_AGREEMENT, slice_from(text), 0);
        cr_expect_str_eq(reading.rows.data, row, "%s", reading.faults.data);
        reading_close(&reading);
    }
}

static void expect_row(enum kind kind, const char *text, const char *row)
{
    struct reading reading;
    reading_take(&reading, kind, slice_from(text), 0);
    cr_expect_str_eq(reading.rows.data, row, "%s%s", reading.faults.data,
                     reading.rows.data);
    reading_close(&reading);
}

Test(csv_cell, flags_and_figures_keep_their_words)
{
    static const char *const flags[] = {"true", "false", ""};
    for (size_t i = 0; i < 3; i++) {
        char text[256], row[256];
        snprintf(text, sizeof text,
                 "id,owner_region,kind,suspended\nA-1,09,national,%s\n", flags[i]);
        snprintf(row, sizeof row, "2: A-1,09,national,,,,%s,,\n", flags[i]);
        expect_row(KIND_AGREEMENT, text, row);
    }
    static const char *const statistics[] = {"estimate", "median", "p90", "max"};
    for (size_t i = 0; i < 4; i++) {
        char text[256], row[256];
        snprintf(text, sizeof text,
                 "unit,service,observed_on,current_days,statistic\n" UNIT
                 ",NFB49,2026-11-18,0,%s\n",
                 statistics[i]);
        snprintf(row, sizeof row, "2: " UNIT ",NFB49,2026-11-18,0,,,%s,,\n",
                 statistics[i]);
        expect_row(KIND_WAITING_TIME, text, row);
    }
}

Test(csv_file, every_kind_has_its_name_and_all_its_fields_as_columns)
{
    static const char *const names[KIND_PUT_COUNT] = {
        NULL,
        "regions.csv",
        "municipalities.csv",
        "nhv_areas.csv",
        "services.csv",
        "mappings.csv",
        "units.csv",
        "nhv_permits.csv",
        "agreements.csv",
        "agreement_lines.csv",
        "waiting_times.csv",
        "capacity.csv",
        "guarantees.csv",
        "settings.csv",
    };
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++) {
        const struct shape *shape = entity_shape((enum kind)kind);
        struct csv_column columns[CSV_COLUMNS_MAX];
        unsigned n_fields = 0;
        cr_expect_str_eq(csv_file_name((enum kind)kind), names[kind]);
        cr_expect_eq(csv_kind_find(slice_from(names[kind])), (enum kind)kind);
        cr_expect_eq(csv_kind_find(slice_from(shape->name)), (enum kind)kind);
        for (unsigned i = 0; i < shape->n_fields; i++) {
            const struct shape *sub = shape->fields[i].sub;
            n_fields += sub == NULL;
            for (unsigned k = 0; sub != NULL && k < sub->n_fields; k++)
                n_fields += !(sub->fields[k].flags & FIELD_REFUSED);
        }
        cr_expect_eq(csv_columns((enum kind)kind, columns), n_fields, "%s", names[kind]);
    }
    cr_expect_eq(csv_kind_find(slice_from("agreement_lines")), KIND_AGREEMENT_LINE);
    cr_expect_eq(csv_kind_find(slice_from("claims.csv")), KIND_NONE);
    cr_expect_eq(csv_kind_find(slice_from("Units.csv")), KIND_NONE);
}

Test(csv_file, the_header_is_the_contracts)
{
    struct buffer out = {0};
    csv_header_encode(KIND_UNIT, &out);
    csv_header_encode(KIND_CAPACITY, &out);
    csv_header_encode(KIND_GUARANTEE_LIMIT, &out);
    buffer_append(&out, "", 1);
    cr_expect_str_eq(out.data, "id,name,provider,org_number,ownership,region,"
                               "municipality,latitude,longitude,phone,email,"
                               "address,url,active\n"
                               "id,unit,service,slots,window_start,window_end,book_by,"
                               "open_to,asa_max,weight_min,"
                               "weight_max,bmi_min,bmi_max,age_min,age_max,sex,"
                               "conditions,price,prerequisites,aftercare,"
                               "note\n"
                               "guarantee,region,days,valid_from\n");
    buffer_free(&out);
}

Test(csv_file, what_is_written_is_read_again)
{
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++) {
        struct buffer text = {0}, row = {0};
        union entity entity;
        struct reading reading;
        sample_entity((enum kind)kind, &entity);
        buffer_append(&row, "2: ", 3);
        csv_row_encode((enum kind)kind, &entity, &row);
        csv_header_encode((enum kind)kind, &text);
        buffer_append(&text, row.data + 3, row.len - 3);
        buffer_append(&row, "", 1);
        reading_take(&reading, (enum kind)kind, buffer_slice(&text), 0);
        cr_expect_str_eq(reading.rows.data, row.data, "%s", reading.faults.data);
        reading_close(&reading);
        buffer_free(&text);
        buffer_free(&row);
    }
}
