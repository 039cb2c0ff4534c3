// SPDX-License-Identifier: Apache-2.0
//
// Random regions, municipalities, services, units, permits, limits and settings.
#include "base/check.h"
#include "domain/region.h"
#include "lib/world_make.h"
#include "lib/world_parts.h"

static struct slice pick_text(struct world *world, const char *const *texts, size_t n)
{
    return slice_from(texts[world_below(world, (int64_t)n)]);
}

#define PICK_TEXT(world, texts) pick_text(world, texts, sizeof(texts) / sizeof *(texts))

// Ten digits whose last is the check digit (Luhn) of the others.
static struct slice make_org_number(struct world *world)
{
    char digits[11] = "232100";
    int sum = 0;
    for (int i = 0; i < 9; i++) {
        if (i >= 6)
            digits[i] = (char)('0' + world_below(world, 10));
        int doubled = (digits[i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += doubled > 9 ? doubled - 9 : doubled;
    }
    digits[9] = (char)('0' + (10 - sum % 10) % 10);
    return arena_copy(&world->op_texts, (struct slice){digits, 10});
}

void world_position(struct world *world, int64_t *latitude, int64_t *longitude)
{
    static const int64_t towns[][2] = {
        {59329324, 18068581}, {57708870, 11974560}, {55604981, 13003822},
        {56674375, 12857788}, {63825847, 20263035}, {67855800, 20225282},
        {58410807, 15621373}, {59858564, 17638927}, {57637854, 18294966},
        {62390811, 17306927},
    };
    const int64_t *town = towns[world_below(world, 10)];
    *latitude = town[0];
    *longitude = town[1];
    if (world_chance(world, 40)) {
        *latitude += world_below(world, 40000) - 20000;
        *longitude += world_below(world, 40000) - 20000;
    }
}

void world_make_region(struct world *world, struct region *region)
{
    region->code = 1 + world_below(world, 25);
    if (!region_is_code(region->code))
        region->code = REGION_HALLAND;
    region->name = arena_printf(&world->op_texts, "Region %02d", (int)region->code);
    for (int i = 0; region_healthcare_keys[i] != NULL; i++) {
        struct slice key = slice_from(region_healthcare_keys[i]);
        if ((region_healthcare_mask(key) >> region->code) & 1)
            region->healthcare_regions.items[region->healthcare_regions.n++] = key;
    }
    if (world_chance(world, 50))
        region->org_number = make_org_number(world);
    if (world_chance(world, 50))
        region->contact.phone = slice_from("010-123 45 67");
}

bool world_make_municipality(struct world *world, struct municipality *municipality)
{
    static const char *const codes[] = {"0180", "0380", "0580", "0980", "1280",
                                        "1315", "1380", "1384", "1480", "1490",
                                        "2180", "2480", "2584"};
    municipality->code = PICK_TEXT(world, codes);
    municipality->region =
        (municipality->code.data[0] - '0') * 10 + (municipality->code.data[1] - '0');
    if (((world_region_mask(world) >> municipality->region) & 1) == 0)
        return false;
    municipality->name =
        arena_printf(&world->op_texts, "Kommun %s", municipality->code.data);
    if (municipality->region == REGION_HALLAND)
        municipality->healthcare_region = slice_from(
            slice_equal(municipality->code, slice_from("1384")) ? "vastra" : "sodra");
    if (world_chance(world, 80))
        world_position(world, &municipality->latitude, &municipality->longitude);
    return true;
}

void world_make_area(struct world *world, struct nhv_area *area)
{
    area->id =
        arena_printf(&world->op_texts, "nhv-%d",
                     (int)world_below(world, world->n_areas > 0 ? world->n_areas : 1));
    area->name = slice_from("Viss vård vid endometrios");
    if (world_chance(world, 50))
        area->units_planned = 1 + world_below(world, 5);
    if (world_chance(world, 50))
        area->definition = slice_from("Avancerad kirurgi");
}

static bool same_triple(const struct service *service, const struct mapping *mapping)
{
    return slice_equal(service->system, mapping->system) &&
           slice_equal(service->version, mapping->version) &&
           slice_equal(service->code, mapping->code);
}

static void make_system(struct world *world, struct slice *system, struct slice *version)
{
    static const char *const systems[] = {"KVA", "KVA", "KVA", "SPEC"};
    static const char *const versions[] = {"2024", "2025", "2025", "9"};
    *system = PICK_TEXT(world, systems);
    *version = PICK_TEXT(world, versions);
}

static const char *const service_codes[] = {"NFB49", "NFB4", "NFB49-1", "JDF11",
                                            "knee",  "ZZ:1", "CJE20",   "a.b+c"};

bool world_make_service(struct world *world, struct service *service)
{
    service->code = slice_from(service_codes[world_below(world, world->n_services)]);
    make_system(world, &service->system, &service->version);
    service->name_sv = arena_printf(&world->op_texts, "Tjänst %s", service->code.data);
    service->guarantee = WORLD_PICK(world, GUARANTEE_NONE, GUARANTEE_VISIT,
                                    GUARANTEE_TREATMENT, GUARANTEE_TREATMENT);
    const union entity *area = world_any(world, KIND_NHV_AREA);
    if (area != NULL && world_chance(world, 40))
        service->nhv_area = area->nhv_area.id;
    if (world_chance(world, 30)) {
        service->synonyms.n = 2;
        service->synonyms.items[0] = slice_from("starr");
        service->synonyms.items[1] = slice_from("grå starr");
    }
    for (size_t i = 0; i < naive_count(&world->stored, KIND_MAPPING); i++)
        if (same_triple(service, &naive_at(&world->stored, KIND_MAPPING, i)->mapping))
            return false;
    return true;
}

bool world_make_mapping(struct world *world, struct mapping *mapping)
{
    static const char *const own_codes[] = {"M-1", "M-2", "m"};
    const union entity *service = world_any(world, KIND_SERVICE);
    if (service == NULL)
        return false;
    make_system(world, &mapping->system, &mapping->version);
    mapping->service = service->service.code;
    mapping->code = world_chance(world, 50) ? PICK_TEXT(world, own_codes)
                                            : PICK_TEXT(world, service_codes);
    for (size_t i = 0; i < naive_count(&world->stored, KIND_SERVICE); i++)
        if (same_triple(&naive_at(&world->stored, KIND_SERVICE, i)->service, mapping))
            return false;
    return true;
}

static bool has_permit(const struct world *world, struct slice unit)
{
    for (size_t i = 0; i < naive_count(&world->stored, KIND_NHV_PERMIT); i++) {
        struct slice permitted =
            naive_at(&world->stored, KIND_NHV_PERMIT, i)->nhv_permit.unit;
        if (permitted.data != NULL && slice_equal(permitted, unit))
            return true;
    }
    return false;
}

static struct slice municipality_in(struct world *world, int64_t region)
{
    for (size_t i = 0; i < naive_count(&world->stored, KIND_MUNICIPALITY); i++) {
        const struct municipality *municipality =
            &naive_at(&world->stored, KIND_MUNICIPALITY, i)->municipality;
        if (municipality->region == region)
            return municipality->code;
    }
    return SLICE_ABSENT;
}

void world_make_unit(struct world *world, struct unit *unit)
{
    // E1, E10, E1A: one is the beginning of another.
    int64_t number = world_below(world, world->n_units);
    const char *suffix = number % 5 == 0 ? "A" : "";
    unit->id = arena_printf(&world->op_texts, "TSE2321000016-E%d%s",
                            (int)(number / 2 * 3), number % 2 == 0 ? suffix : "B");
    unit->name =
        arena_printf(&world->op_texts, "Sjukhus %d", (int)world_below(world, 1000));
    unit->region = world_region(world);
    const union entity key = {.unit = {.id = unit->id}};
    const union entity *old = naive_find(&world->stored, KIND_UNIT, &key);
    // A permit says the region of its unit too: the two stay together.
    if (old != NULL && has_permit(world, unit->id))
        unit->region = old->unit.region;
    unit->ownership = WORLD_PICK(world, OWNERSHIP_PUBLIC, OWNERSHIP_PRIVATE);
    unit->active =
        WORLD_PICK(world, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, 1, 1, 1, 1, 1, 0);
    if (world_chance(world, 50))
        unit->municipality = municipality_in(world, unit->region);
    if (world_chance(world, 85))
        world_position(world, &unit->latitude, &unit->longitude);
    if (world_chance(world, 50))
        unit->contact.phone = slice_from("+46 8 123 456");
    if (world_chance(world, 30))
        unit->contact.email = slice_from("remiss@example.se");
    if (world_chance(world, 30))
        unit->contact.address = slice_from("Sjukhusvägen 1");
    if (world_chance(world, 30))
        unit->org_number = make_org_number(world);
}

bool world_make_permit(struct world *world, struct nhv_permit *permit)
{
    static const char *const scopes[] = {"Barn", "Vuxna", "Barn över 1 år"};
    const union entity *area = world_any(world, KIND_NHV_AREA);
    const union entity *unit = world_any(world, KIND_UNIT);
    if (area == NULL || unit == NULL)
        return false;
    permit->area = area->nhv_area.id;
    permit->region = world_region(world);
    if (world_chance(world, 85)) {
        permit->unit = unit->unit.id;
        permit->region = unit->unit.region;
    }
    if (world_chance(world, 40))
        permit->scope = PICK_TEXT(world, scopes);
    permit->in_force_from =
        world->today + WORLD_PICK(world, -900, -400, -400, -1, 0, 1, 60);
    if (world_chance(world, 50))
        permit->in_force_to =
            permit->in_force_from + WORLD_PICK(world, 0, 1, 60, 400, 440, 900);
    return true;
}

void world_make_limit(struct world *world, struct guarantee_limit *limit)
{
    limit->guarantee = WORLD_PICK(world, GUARANTEE_VISIT, GUARANTEE_TREATMENT);
    if (world_chance(world, 60))
        limit->region = world_region(world);
    limit->valid_from = world->today + WORLD_PICK(world, -1000, -200, -60, 0, 20);
    limit->days = WORLD_PICK(world, 30, 60, 89, 90, 90, 120);
}

void world_make_setting(struct world *world, struct setting *setting)
{
    static const char *const days[] = {"42", "42", "30", "7", "90"};
    setting->key = slice_from(SETTING_MAX_AGE_DAYS);
    setting->value = PICK_TEXT(world, days);
}
