// SPDX-License-Identifier: Apache-2.0
//
// SearchServices and GetContact, through real frames.
#include <criterion/criterion.h>

#include "base/status.h"
#include "domain/search.h"
#include "lib/samples.h"
#include "rig.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/service.h"
#include "wire/writer.h"

#define METHOD_SEARCH 12
#define METHOD_CONTACT 13

static void send_search(struct rig *rig, const char *text, int64_t limit)
{
    struct search_request request = {slice_from(text), limit};
    struct buffer message = {0};
    wire_encode(&shape_search_request, WIRE_PUBLIC, &request, &message);
    rig_send_request(rig, 1, METHOD_SEARCH, 0, buffer_slice(&message));
    buffer_free(&message);
}

struct answer_read {
    unsigned n;
    struct service_hit first;
    uint64_t found, revision;
};

static struct answer_read read_answer(struct rig *rig)
{
    struct answer_read answer = {0};
    struct wire_field field;
    struct wire_reader reader = {.rest = rig_expect(rig, RPC_RESPONSE, 1).payload};
    while (wire_read_field(&reader, &field) == 1) {
        if (field.number == SEARCH_RESPONSE_FOUND)
            answer.found = field.value;
        else if (field.number == SEARCH_RESPONSE_REVISION)
            answer.revision = field.value;
        else if (answer.n++ == 0)
            cr_assert_eq(wire_decode(&shape_service_hit, WIRE_PUBLIC, field.bytes,
                                     &answer.first, NULL, NULL),
                         0);
    }
    return answer;
}

Test(rpc_search, a_hit_carries_the_service_and_how_it_was_found)
{
    struct rig rig;
    union entity service;
    rig_init(&rig);
    rig_load(&rig);
    sample_entity(KIND_SERVICE, &service);
    send_search(&rig, "nfb49", ABSENT);
    struct answer_read answer = read_answer(&rig);
    cr_assert_eq(answer.n, 1);
    cr_expect_eq(answer.found, 1);
    cr_expect_eq(answer.revision, 2);
    cr_expect_eq(answer.first.found_by, FOUND_BY_CODE);
    cr_expect_eq(answer.first.revision, 2);
    cr_expect(slice_equal(answer.first.service.name_sv, service.service.name_sv));
    cr_expect_eq(answer.first.service.synonyms.n, service.service.synonyms.n);
    cr_expect_null(answer.first.synonym.data);
    cr_expect_null(answer.first.mapping.code.data);
    rig_close(&rig);
}

static void put(struct rig *rig, enum kind kind, const union entity *entity)
{
    rig_region(rig, "x", false); // begins a request
    wire_apply_encode_change(CHANGE_PUT, kind, entity, ABSENT, &rig->scratch);
    rig_send_request(rig, 9, METHOD_APPLY, 0, buffer_slice(&rig->scratch));
    rig_run_log(rig);
    rig_expect(rig, RPC_RESPONSE, 9);
}

Test(rpc_search, a_hit_by_a_mapping_carries_it_and_one_by_a_synonym_its_text)
{
    struct rig rig;
    union entity service;
    rig_init(&rig);
    rig_load(&rig);
    sample_entity(KIND_SERVICE, &service);
    service.service.synonyms.n = 2;
    service.service.synonyms.items[0] = slice_from("ny höft");
    service.service.synonyms.items[1] = slice_from("coxartros");
    put(&rig, KIND_SERVICE, &service);
    send_search(&rig, "NFB40", ABSENT);
    struct answer_read answer = read_answer(&rig);
    cr_expect_eq(answer.first.found_by, FOUND_BY_MAPPING);
    cr_expect(slice_equal(answer.first.mapping.system, slice_from("KVA")));
    cr_expect(slice_equal(answer.first.mapping.code, slice_from("NFB40")));
    send_search(&rig, "Coxartros", 1);
    answer = read_answer(&rig);
    cr_expect_eq(answer.first.found_by, FOUND_BY_SYNONYM);
    cr_expect(slice_equal(answer.first.synonym, slice_from("coxartros")));
    cr_expect_null(answer.first.mapping.code.data);
    rig_close(&rig);
}

Test(rpc_search, what_cannot_be_searched_is_refused)
{
    static const struct {
        const char *text;
        int64_t limit;
        enum reason reason;
    } bad[] = {
        {NULL, ABSENT, REASON_REQUIRED},
        {"--", ABSENT, REASON_BAD_FORMAT},
        {"höft", 0, REASON_OUT_OF_RANGE},
        {"höft", 101, REASON_OUT_OF_RANGE},
        {"höft 191212121212", ABSENT, REASON_PERSONAL_IDENTITY},
        {"a b c d e f g h i j k l m n o p q", ABSENT, REASON_TOO_MANY},
        {"\xff", ABSENT, REASON_NOT_UTF8},
    };
    struct rig rig;
    char text[SEARCH_TEXT_MAX + 2];
    rig_init(&rig);
    rig_load(&rig);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        send_search(&rig, bad[i].text, bad[i].limit);
        rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT, bad[i].reason);
    }
    memset(text, 'a', sizeof text);
    text[SEARCH_TEXT_MAX + 1] = '\0';
    send_search(&rig, text, ABSENT);
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT, REASON_TOO_LONG);
    text[SEARCH_TEXT_MAX] = '\0';
    send_search(&rig, text, ABSENT);
    cr_expect_eq(read_answer(&rig).found, 0);
    rig_close(&rig);
}

// --- GetContact ---

static void send_contact(struct rig *rig, const char *place)
{
    struct contact_request request = {slice_from(place)};
    struct buffer message = {0};
    wire_encode(&shape_contact_request, WIRE_PUBLIC, &request, &message);
    rig_send_request(rig, 1, METHOD_CONTACT, 0, buffer_slice(&message));
    buffer_free(&message);
}

static struct contact_response read_contact(struct rig *rig)
{
    struct contact_response response;
    struct refusal refusal;
    cr_assert_eq(wire_decode(&shape_contact_response, WIRE_PUBLIC,
                             rig_expect(rig, RPC_RESPONSE, 1).payload, &response, NULL,
                             &refusal),
                 0, "%s", refusal.message);
    return response;
}

Test(rpc_contact, a_region_has_its_navigators_contact)
{
    struct rig rig;
    union entity region;
    rig_init(&rig);
    rig_load(&rig);
    sample_entity(KIND_REGION, &region);
    send_contact(&rig, "14");
    struct contact_response response = read_contact(&rig);
    cr_expect_eq(response.region, 14);
    cr_expect(slice_equal(response.region_name, region.region.name));
    cr_assert_not_null(region.region.contact.phone.data);
    cr_expect(slice_equal(response.contact.phone, region.region.contact.phone));
    cr_assert_eq(response.healthcare_regions.n, 1);
    cr_expect(slice_equal(response.healthcare_regions.items[0], slice_from("vastra")));
    cr_expect_null(response.municipality.data);
    cr_expect_eq(response.revision, 2);
    rig_close(&rig);
}

Test(rpc_contact, a_municipality_leads_to_its_regions)
{
    struct rig rig;
    union entity municipality;
    rig_init(&rig);
    rig_load(&rig);
    sample_entity(KIND_MUNICIPALITY, &municipality);
    send_contact(&rig, "1480");
    struct contact_response response = read_contact(&rig);
    cr_expect_eq(response.region, 14);
    cr_expect(slice_equal(response.municipality, slice_from("1480")));
    cr_expect(slice_equal(response.municipality_name, municipality.municipality.name));
    cr_expect_not_null(response.contact.phone.data);
    rig_close(&rig);
}

Test(rpc_contact, halland_is_in_two_healthcare_regions_and_a_municipality_of_it_in_one)
{
    struct rig rig;
    union entity entity;
    rig_init(&rig);
    rig_load(&rig);
    sample_entity(KIND_MUNICIPALITY, &entity);
    entity.municipality.code = slice_from("1380");
    entity.municipality.name = slice_from("Halmstad");
    entity.municipality.region = 13;
    entity.municipality.healthcare_region = slice_from("sodra");
    put(&rig, KIND_MUNICIPALITY, &entity);
    send_contact(&rig, "13");
    struct contact_response response = read_contact(&rig);
    cr_expect_eq(response.healthcare_regions.n, 2);
    cr_expect_null(response.region_name.data, "its row is not stored");
    cr_expect_null(response.contact.phone.data);
    send_contact(&rig, "halmstad");
    response = read_contact(&rig);
    cr_assert_eq(response.healthcare_regions.n, 1);
    cr_expect(slice_equal(response.healthcare_regions.items[0], slice_from("sodra")));
    rig_close(&rig);
}

Test(rpc_contact, what_is_unknown_is_refused)
{
    struct rig rig;
    rig_init(&rig);
    rig_load(&rig);
    send_contact(&rig, "Atlantis");
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_NOT_FOUND, REASON_NOT_STORED);
    send_contact(&rig, "9999");
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_NOT_FOUND, REASON_NOT_STORED);
    send_contact(&rig, "15");
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT,
                       REASON_RETIRED_REGION);
    send_contact(&rig, NULL);
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT, REASON_REQUIRED);
    send_contact(&rig, "19121212-1212");
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT,
                       REASON_PERSONAL_IDENTITY);
    rig_close(&rig);
}
