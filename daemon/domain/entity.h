// SPDX-License-Identifier: Apache-2.0
//
// The entities of vardsok/v1/entities.proto as C structs, their kinds and their shapes.
//
// Numbers are int64_t with ABSENT for "not known" (never 0); texts borrow their bytes.
// Units: days since 1970, öre, hectograms, tenths of BMI, 1e-6 degrees. Claims: claim.h.
#ifndef DOMAIN_ENTITY_H
#define DOMAIN_ENTITY_H

#include "domain/claim.h"

// Kinds in the order of what refers to what: imports write in this order, deletes go in
// reverse. The number is the field of vardsok.v1.Entity and vardsok.log.v1; never reused.
// Those below KIND_PUT_COUNT are put and deleted, and have a file each.
enum kind {
    KIND_NONE = 0,
    KIND_REGION = 1,
    KIND_MUNICIPALITY = 2,
    KIND_NHV_AREA = 3,
    KIND_SERVICE = 4,
    KIND_MAPPING = 5,
    KIND_UNIT = 6,
    KIND_NHV_PERMIT = 7,
    KIND_AGREEMENT = 8,
    KIND_AGREEMENT_LINE = 9,
    KIND_WAITING_TIME = 10,
    KIND_CAPACITY = 11,
    KIND_GUARANTEE_LIMIT = 12,
    KIND_SETTING = 13,
    KIND_CLAIM = 14,
    KIND_COUNT,
    KIND_PUT_COUNT = KIND_CLAIM
};

enum ownership { OWNERSHIP_PUBLIC = 1, OWNERSHIP_PRIVATE };
enum guarantee { GUARANTEE_NONE = 1, GUARANTEE_VISIT = 2, GUARANTEE_TREATMENT = 3 };
enum agreement_kind { AGREEMENT_OWN = 1, AGREEMENT_PROCURED = 2, AGREEMENT_NATIONAL = 3 };
enum sex { SEX_ANY = 1, SEX_FEMALE = 2, SEX_MALE = 3 };
enum statistic { STATISTIC_ESTIMATE = 1, STATISTIC_MEDIAN, STATISTIC_P90, STATISTIC_MAX };

// How a navigator or a unit is reached. hours only for a region, address only for a unit.
struct contact {
    struct slice phone, email, address, url, hours;
};

struct region {
    int64_t code; // 1..25 without the retired 2, 11, 15, 16
    struct slice name;
    struct text_list healthcare_regions; // keys; one, two for region 13
    struct slice org_number;
    struct contact contact; // the navigator's: the patient's one way in
};

struct municipality {
    struct slice code, name; // 4 digits, the first two = region
    int64_t region;
    struct slice healthcare_region; // required in region 13
    int64_t latitude, longitude;    // both or none
};

struct nhv_area {
    struct slice id, name, definition, process_step, status, source;
    int64_t units_planned, decided_on;
};

struct service {
    struct slice code, system, version;
    struct slice name_sv, name_en;
    struct text_list synonyms;
    struct slice area;
    int64_t guarantee; // enum guarantee
    struct slice nhv_area;
};

struct mapping {
    struct slice system, version, code, service;
};

struct unit {
    struct slice id, name;
    int64_t region;
    struct contact contact;
    struct slice provider, org_number;
    int64_t ownership;
    struct slice municipality;
    int64_t latitude, longitude; // both or none
    int64_t active;              // bool, default true
};

struct nhv_permit {
    struct slice area;
    int64_t region;
    struct slice unit, scope; // no unit: shown, but no candidate; scope narrows ("Barn")
    int64_t in_force_from, in_force_to;
    struct slice source;
};

struct agreement {
    struct slice id, title;
    int64_t owner_region, kind; // enum agreement_kind
    int64_t valid_from, valid_to;
    int64_t suspended; // bool, default false
    int64_t callers;   // region set besides the owner; absent = the owner alone
    struct slice reference_url;
};

// Who can be taken. Bounds inclusive, ABSENT = no bound. asa_max 6, age_min 0 and sex ANY
// are stored as no bound (entity_normalize).
struct terms {
    int64_t asa_max;
    int64_t weight_min, weight_max; // hectograms
    int64_t bmi_min, bmi_max;       // tenths
    int64_t age_min, age_max;       // years
    int64_t sex;                    // enum sex
    struct text_list conditions;
};

struct agreement_line {
    struct slice agreement, unit, service, variant;
    struct terms terms;
    int64_t price, lead_days; // öre
    struct text_list prerequisites;
    struct slice aftercare;
};

struct waiting_time {
    struct slice unit, service;
    int64_t observed_on, current_days, forecast_days, forecast_until;
    int64_t statistic, sample;
    struct slice source;
};

struct capacity {
    struct slice id, unit, service;
    int64_t slots, window_start, window_end, book_by;
    int64_t open_to; // region set, never empty
    struct slice note;
    struct terms terms;
    int64_t price; // öre
    struct text_list prerequisites;
    struct slice aftercare;
};

struct guarantee_limit {
    int64_t guarantee; // VISIT or TREATMENT
    int64_t region;    // ABSENT = national
    int64_t valid_from, days;
};

struct setting {
    struct slice key, value;
};

union entity {
    struct region region;
    struct municipality municipality;
    struct nhv_area nhv_area;
    struct service service;
    struct mapping mapping;
    struct unit unit;
    struct nhv_permit nhv_permit;
    struct agreement agreement;
    struct agreement_line agreement_line;
    struct waiting_time waiting_time;
    struct capacity capacity;
    struct guarantee_limit guarantee_limit;
    struct setting setting;
    struct claim claim;
};

// The shape of a kind; kind in 1..KIND_COUNT-1.
const struct shape *entity_shape(enum kind kind);
const char *entity_kind_name(enum kind kind);  // "agreement_line"
enum kind entity_kind_find(struct slice name); // KIND_NONE when there is none
extern const struct shape shape_contact, shape_terms, shape_service, shape_mapping,
    shape_capacity;
#define SETTING_MAX_AGE_DAYS "waiting_time_max_age_days"
#define SETTING_MAX_AGE_DAYS_DEFAULT 42

// All static rules for one entity: shape_check, then those between fields (min <= max,
// both or none ...), not what is stored. Errors: STATUS_INVALID_ARGUMENT with the field.
int entity_check(enum kind kind, const union entity *entity, struct refusal *refusal);

typedef void (*entity_on_fault)(void *arg, const struct refusal *refusal);
// Only the rules between fields: on_fault is told every broken one. Returns how many.
unsigned entity_check_relations(enum kind kind, const union entity *entity,
                                entity_on_fault on_fault, void *arg);

// Only the key fields, for a delete or a get: present, required and well-formed.
int entity_check_key(enum kind kind, const union entity *entity, struct refusal *refusal);

// Makes equal things equal: fills defaults, drops bounds that nobody can fail.
void entity_normalize(enum kind kind, union entity *entity);

// "agreement_line A-12/SE.../NFB49" for messages; text in the arena.
struct slice entity_describe(enum kind kind, const union entity *entity,
                             struct arena *arena);

#endif
