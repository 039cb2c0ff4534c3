// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>

#include "unit/csv/reading.h"

// The whole file tells exactly these faults, however its bytes are cut.
static void expect(enum kind kind, struct slice text, const char *faults, uint64_t n_rows,
                   int line)
{
    static const size_t pieces[] = {0, 1, 2, 3, 7, 64};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct reading reading;
        reading_take(&reading, kind, text, pieces[i]);
        cr_expect_str_eq(reading.faults.data, faults, "test line %d, pieces of %zu:\n%s",
                         line, pieces[i], reading.faults.data);
        cr_expect_eq(reading.n_rows, n_rows, "test line %d: %d rows", line,
                     (int)reading.n_rows);
        reading_close(&reading);
    }
}
#define EXPECT(kind, text, faults, n_rows)                                               \
    expect(kind, slice_from(text), faults, n_rows, __LINE__)

#define MAPPINGS "system,version,code,service\n"
#define CAPACITY "id,unit,service,slots,window_start,window_end,open_to"
#define UNIT "TSE2321000131-E1"

Test(csv_reader, rows_may_come_with_any_line_end_and_order_of_columns)
{
    EXPECT(KIND_MAPPING, MAPPINGS "KVA,2026,NFB40,NFB49\nKVA,2026,NFB41,NFB49\n", "", 2);
    EXPECT(KIND_MAPPING, MAPPINGS "KVA,2026,NFB40,NFB49", "", 1);
    EXPECT(KIND_MAPPING, "system,version,code,service\r\nKVA,2026,NFB40,NFB49\r\n", "",
           1);
    EXPECT(KIND_MAPPING,
           "\xEF\xBB\xBFservice,code,version,system\nNFB49,NFB40,2026,KVA\n", "", 1);
    EXPECT(KIND_MAPPING, "\n\n" MAPPINGS "\n\r\nKVA,2026,NFB40,NFB49\n\n", "", 1);
    EXPECT(KIND_MAPPING, MAPPINGS, "", 0);
    EXPECT(KIND_MAPPING,
           "\"system\",\"version\",code,service\n\"KVA\",2026,\"NFB40\",NFB49\n", "", 1);
}

Test(csv_reader, a_missing_header_is_told)
{
    EXPECT(KIND_MAPPING, "", "1: : the file has no header row\n", 0);
    EXPECT(KIND_MAPPING, "\n\r\n", "1: : the file has no header row\n", 0);
    EXPECT(KIND_MAPPING, "\xEF\xBB\xBF", "1: : the file has no header row\n", 0);
    EXPECT(KIND_SETTING, "\xEF",
           "1: : settings.csv has no such column (column 1 of the header)\n"
           "1: key: the column is required\n1: value: the column is required\n",
           0);
    EXPECT(KIND_SETTING, "\xEF\xBB", // half a mark is a column's name
           "1: : settings.csv has no such column (column 1 of the header)\n"
           "1: key: the column is required\n1: value: the column is required\n",
           0);
}

Test(csv_reader, every_fault_of_a_header_is_told_and_rows_are_still_checked)
{
    EXPECT(KIND_CAPACITY,
           "id,colour,slots,slots,unit,service,window_start,window_end\n"
           "C-1,red,0,1," UNIT ",NFB49,2026-12-01,2026-11-01\n",
           "1: colour: capacity.csv has no such column (column 2 of the header)\n"
           "1: slots: the column stands there twice\n"
           "1: open_to: the column is required\n"
           "2: slots: must be 1 to 10000, got 0\n"
           "2: window_start: must not be after window_end\n",
           0);
    EXPECT(KIND_SETTING, "Key,value\na,42\n",
           "1: Key: settings.csv has no such column (column 1 of the header)\n"
           "1: key: the column is required\n",
           0);
    EXPECT(KIND_SETTING, "key,value,\n",
           "1: : settings.csv has no such column (column 3 of the header)\n", 0);
    EXPECT(KIND_SETTING, "key,value,19811218-9876\n",
           "1: : settings.csv has no such column (column 3 of the header)\n", 0);
}

Test(csv_reader, a_header_of_too_many_columns_ends_the_reading)
{
    struct buffer text = {0};
    for (int i = 0; i < 33; i++)
        buffer_append(&text, "a,", 2);
    buffer_append(&text, "a\nx\n", 4);
    expect(KIND_SETTING, buffer_slice(&text),
           "1: : the header has 34 columns, at most 32 can be read\n", 0, __LINE__);
    buffer_free(&text);
}

Test(csv_reader, a_row_has_as_many_cells_as_the_header)
{
    EXPECT(KIND_MAPPING,
           MAPPINGS "KVA,2026,NFB40\nKVA,2026,NFB40,NFB49\nKVA,2026,NFB40,NFB49,\n \n",
           "2: : the row has 3 cells, the header 4\n"
           "4: : the row has 5 cells, the header 4\n"
           "5: : the row has 1 cells, the header 4\n",
           1);
}

Test(csv_reader, every_fault_of_a_row_is_told)
{
    EXPECT(KIND_AGREEMENT_LINE,
           "agreement,unit,service,asa_max,weight_min,weight_max,bmi_max,sex,price,lead_"
           "days,"
           "conditions\n"
           "A 1,TSE1,,9,90,80.5,35.55,F,-1,x,a||b\n",
           "2: agreement: must be 1 to 64 of A-Z a-z 0-9 . _ : + -\n"
           "2: unit: must be an HSA-id: SE or TSE, 10 digits, '-', 1 to 18 letters or "
           "digits\n"
           "2: service: is required\n"
           "2: asa_max: must be 1 to 6, got 9\n"
           "2: bmi_max: must be a number with at most 1 decimal after a point\n"
           "2: sex: must be any, female or male\n"
           "2: price: must be 0 to 10000000000 SEK\n"
           "2: lead_days: must be a whole number\n"
           "2: conditions: must have no empty item between its |\n"
           "2: weight_min: must not be above weight_max\n",
           0);
    EXPECT(KIND_CAPACITY,
           CAPACITY "\n"
                    "C-1," UNIT ",NFB49,1,2026-11-31,2026-12-01,01|02\n"
                    "C-2," UNIT ",NFB49,1,2026-12-01,2026-12-01,\n"
                    "C-3," UNIT ",NFB49,1,2026-12-01,2026-12-01,@norra|01\n"
                    "C-4," UNIT ",NFB49,1,20261201,2026-12-01,01||09\n",
           "2: window_start: must be a date YYYY-MM-DD\n"
           "2: open_to: 02 is a retired region code\n"
           "3: open_to: must name at least one region\n"
           "5: window_start: must be a date YYYY-MM-DD\n"
           "5: open_to: a region is a code of two digits\n",
           1);
    EXPECT(
        KIND_UNIT,
        "id,name,ownership,region,active,phone\n" UNIT ",Sm\xE5land,PUBLIC,14,yes,1177\n",
        "2: name: must be valid UTF-8 without control characters\n"
        "2: ownership: must be public or private\n"
        "2: active: must be true or false\n"
        "2: phone: must be + or 0 and then 6 to 14 digits, with spaces, - ( ) between\n",
        0);
    EXPECT(KIND_REGION,
           "code,name,healthcare_regions\n16,Skaraborg,vastra\n13,Halland,sodra\n",
           "2: code: 16 is a retired region code\n"
           "3: healthcare_regions: must be vastra and sodra for region 13\n",
           0);
}

Test(csv_reader, faults_never_repeat_a_personal_number)
{
    static const char *const rows[] = {
        "19811218-9876,2026,NFB40,NFB49\n",     "KVA,2026,19811218 9876,NFB49\n",
        "KVA,2026,NFB40,19811218-9876 x\n",     "KVA,2026,NFB40,NFB49,19811218-9876\n",
        "KVA,\"19811218-9876\"x,NFB40,NFB49\n",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buffer text = {0};
        struct reading reading;
        buffer_append_slice(&text, slice_from(MAPPINGS));
        buffer_append_slice(&text, slice_from(rows[i]));
        reading_take(&reading, KIND_MAPPING, buffer_slice(&text), 0);
        cr_expect_eq(reading.n_faults, 1, "%s", reading.faults.data);
        cr_expect_null(strstr(reading.faults.data, "9876"), "%s", reading.faults.data);
        reading_close(&reading);
        buffer_free(&text);
    }
    struct reading reading;
    reading_take(&reading, KIND_CAPACITY,
                 slice_from(CAPACITY ",note,aftercare\nC-1," UNIT
                                     ",NFB49,1,2026-12-01,2026-12-01,*,9876,19811218\n"),
                 0);
    cr_expect_eq(reading.n_faults, 0, "9876 19811218 is no number");
    reading_close(&reading);
    reading_take(&reading, KIND_CAPACITY,
                 slice_from(CAPACITY ",note,aftercare\nC-1," UNIT
                                     ",NFB49,1,2026-12-01,2026-12-01,*,19811218,9876\n"),
                 0);
    cr_expect_eq(reading.reason, REASON_PERSONAL_IDENTITY);
    reading_close(&reading);
}

Test(csv_reader, quotes_are_those_of_rfc_4180)
{
    struct reading reading;
    reading_take(&reading, KIND_UNIT,
                 slice_from("id,name,ownership,region\n" UNIT
                            ",\"Kliniken \"\"Väst\"\", Göteborg\",public,14\n"),
                 0);
    cr_expect_str_eq(reading.rows.data,
                     "2: " UNIT
                     ",\"Kliniken \"\"Väst\"\", Göteborg\",,,public,14,,,,,,,,\n");
    reading_close(&reading);
    EXPECT(KIND_MAPPING,
           MAPPINGS "KVA,2026,NF\"B40,NFB49\n"
                    "KVA,2026,\"NFB40\"x,NFB49\n"
                    "KVA,2026,NFB40,NFB49\n"
                    "KVA,2026, \"NFB40\",NFB49\n",
           "2: : a quote stands where none may: a cell with quotes is quoted, its quotes "
           "doubled\n"
           "3: : a quote stands where none may: a cell with quotes is quoted, its quotes "
           "doubled\n"
           "5: : a quote stands where none may: a cell with quotes is quoted, its quotes "
           "doubled\n",
           1);
    EXPECT(KIND_MAPPING, MAPPINGS "KVA,2026,NFB40,NFB49\nKVA,2026,\"NFB40,NFB49\n",
           "3: : a quote is not closed before the file ends\n", 1);
    EXPECT(KIND_MAPPING, "system,\"ver\"sion,code,service\nKVA,2026,NFB40,NFB49\n",
           "1: : a quote stands where none may: a cell with quotes is quoted, its quotes "
           "doubled\n",
           0);
}

Test(csv_reader, a_fault_has_the_line_where_its_row_begins)
{
    EXPECT(
        KIND_UNIT,
        "id,name,ownership,region\n"
        "\n"
        "x,\"two\nlines\n\",public,14\n"
        "y,\"a\r\nb\",\"\n\",14\n"
        "z,n,public,14\n",
        "3: id: must be an HSA-id: SE or TSE, 10 digits, '-', 1 to 18 letters or digits\n"
        "3: name: must be valid UTF-8 without control characters\n"
        "6: id: must be an HSA-id: SE or TSE, 10 digits, '-', 1 to 18 letters or digits\n"
        "6: name: must be valid UTF-8 without control characters\n"
        "6: ownership: must be public or private\n"
        "9: id: must be an HSA-id: SE or TSE, 10 digits, '-', 1 to 18 letters or "
        "digits\n",
        0);
}

Test(csv_reader, a_nul_or_a_byte_that_is_no_utf8_is_a_fault_of_its_cell)
{
    static const char text[] = MAPPINGS "KVA,20\0"
                                        "26,NFB40,NFB49\nKVA,2026,\xC0\x80,NFB49\n";
    expect(KIND_MAPPING, (struct slice){text, sizeof text - 1},
           "2: version: must be valid UTF-8 without control characters\n"
           "3: code: must be valid UTF-8 without control characters\n",
           0, __LINE__);
}

Test(csv_reader, a_row_without_end_stops_the_reading)
{
    struct buffer text = {0};
    buffer_append_slice(&text, slice_from(MAPPINGS "KVA,2026,\"NFB40,NFB49\n"));
    for (int i = 0; i < 20000; i++)
        buffer_append_slice(&text, slice_from("KVA,2026,NFB40,NFB49\n"));
    expect(KIND_MAPPING, buffer_slice(&text),
           "2: : the row has more than 262144 bytes: is a quote not closed? The rest is "
           "not read\n",
           0, __LINE__);
    buffer_clear(&text);
    buffer_append_slice(&text, slice_from(MAPPINGS));
    for (int i = 0; i < 300000; i++)
        buffer_append(&text, "\n", 1);
    buffer_append_slice(&text, slice_from("KVA,2026,NFB40,NFB49\n"));
    expect(KIND_MAPPING, buffer_slice(&text), "", 1, __LINE__);
    buffer_free(&text);
}

Test(csv_reader, long_cells_are_faults_of_their_cells)
{
    struct buffer text = {0};
    buffer_append_slice(&text, slice_from("id,name,ownership,region\n" UNIT ","));
    for (int i = 0; i < 50000; i++)
        buffer_append(&text, "n", 1);
    buffer_append_slice(&text, slice_from(",public,14\n"));
    expect(KIND_UNIT, buffer_slice(&text),
           "2: name: must be at most 256 bytes, got 50000\n", 0, __LINE__);
    buffer_clear(&text);
    buffer_append_slice(&text,
                        slice_from("code,system,version,name_sv,guarantee,synonyms\n"
                                   "X,KVA,1,x,none,"));
    for (int i = 0; i < 16; i++)
        buffer_append_slice(&text, slice_from("a|"));
    buffer_append_slice(&text, slice_from("a\n"));
    expect(KIND_SERVICE, buffer_slice(&text), "2: synonyms: must have at most 16 items\n",
           0, __LINE__);
    buffer_free(&text);
}
