// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"
#include "csv/csv.h"

#define TERMS                                                                            \
    "asa_max", "weight_min", "weight_max", "bmi_min", "bmi_max", "age_min", "age_max",   \
        "sex", "conditions"

struct file {
    const char *name;
    const char *columns[CSV_COLUMNS_MAX];
};

static const struct file files[KIND_PUT_COUNT] = {
    [KIND_REGION] = {"regions.csv",
                     {"code", "name", "healthcare_regions", "org_number", "phone",
                      "email", "url", "hours"}},
    [KIND_MUNICIPALITY] = {"municipalities.csv",
                           {"code", "name", "region", "healthcare_region", "latitude",
                            "longitude"}},
    [KIND_NHV_AREA] = {"nhv_areas.csv",
                       {"id", "name", "definition", "units_planned", "process_step",
                        "status", "decided_on", "source"}},
    [KIND_SERVICE] = {"services.csv",
                      {"code", "system", "version", "name_sv", "name_en", "synonyms",
                       "area", "guarantee", "nhv_area"}},
    [KIND_MAPPING] = {"mappings.csv", {"system", "version", "code", "service"}},
    [KIND_UNIT] = {"units.csv",
                   {"id", "name", "provider", "org_number", "ownership", "region",
                    "municipality", "latitude", "longitude", "phone", "email", "address",
                    "url", "active"}},
    [KIND_NHV_PERMIT] = {"nhv_permits.csv",
                         {"area", "unit", "region", "scope", "in_force_from",
                          "in_force_to", "source"}},
    [KIND_AGREEMENT] = {"agreements.csv",
                        {"id", "owner_region", "kind", "title", "valid_from", "valid_to",
                         "suspended", "callers", "reference_url"}},
    [KIND_AGREEMENT_LINE] = {"agreement_lines.csv",
                             {"agreement", "unit", "service", "variant", TERMS, "price",
                              "lead_days", "prerequisites", "aftercare"}},
    [KIND_WAITING_TIME] = {"waiting_times.csv",
                           {"unit", "service", "observed_on", "current_days",
                            "forecast_days", "forecast_until", "statistic", "sample",
                            "source"}},
    [KIND_CAPACITY] = {"capacity.csv",
                       {"id", "unit", "service", "slots", "window_start", "window_end",
                        "book_by", "open_to", TERMS, "price", "prerequisites",
                        "aftercare", "note"}},
    [KIND_GUARANTEE_LIMIT] = {"guarantees.csv",
                              {"guarantee", "region", "days", "valid_from"}},
    [KIND_SETTING] = {"settings.csv", {"key", "value"}},
};

const char *csv_file_name(enum kind kind)
{
    return files[kind].name;
}

enum kind csv_kind_find(struct slice name)
{
    for (int kind = KIND_NONE + 1; kind < KIND_PUT_COUNT; kind++) {
        struct slice file = slice_from(files[kind].name);
        CHECK(file.data != NULL);
        struct slice stem = {file.data, file.len - strlen(".csv")};
        if (slice_equal(name, file) || slice_equal(name, stem))
            return (enum kind)kind;
    }
    return entity_kind_find(name);
}

// The field named so, in shape or in a message nested in it.
static struct csv_column column_of(const struct shape *shape, const char *name)
{
    const struct field *field = shape_find(shape, slice_from(name));
    if (field != NULL)
        return (struct csv_column){name, field, 0};
    for (unsigned i = 0; i < shape->n_fields; i++) {
        const struct field *parent = &shape->fields[i];
        field =
            parent->type == FIELD_SUB ? shape_find(parent->sub, slice_from(name)) : NULL;
        if (field != NULL)
            return (struct csv_column){name, field, parent->offset};
    }
    return (struct csv_column){name, NULL, 0};
}

unsigned csv_columns(enum kind kind, struct csv_column columns[CSV_COLUMNS_MAX])
{
    unsigned n = 0;
    for (; files[kind].columns[n] != NULL; n++) {
        columns[n] = column_of(entity_shape(kind), files[kind].columns[n]);
        CHECK(columns[n].field != NULL);
    }
    return n;
}
