// SPDX-License-Identifier: Apache-2.0
//
// Source of the lists: Statistics Sweden's county codes, and the healthcare regions of
// Förordning (1982:777) om rikets indelning i regioner för hälso- och sjukvård.
#include "domain/region.h"

#include "base/status.h"

#define BIT(code) (UINT32_C(1) << (code))
#define RETIRED_MASK (BIT(2) | BIT(11) | BIT(15) | BIT(16)) // merged away in 1968-1998
#define N_HEALTHCARE_REGIONS 6
#define CODE_MAX 25

const char *const region_healthcare_keys[] = {
    "norra", "mellansverige", "stockholm-gotland", "vastra", "sydostra", "sodra", NULL,
};

static const uint32_t healthcare_masks[N_HEALTHCARE_REGIONS] = {
    BIT(22) | BIT(23) | BIT(24) | BIT(25),
    BIT(3) | BIT(4) | BIT(17) | BIT(18) | BIT(19) | BIT(20) | BIT(21),
    BIT(1) | BIT(9),
    BIT(13) | BIT(14),
    BIT(5) | BIT(6) | BIT(8),
    BIT(7) | BIT(10) | BIT(12) | BIT(13),
};

bool region_is_code(int64_t code)
{
    return code >= 1 && code <= CODE_MAX && (REGION_ALL_MASK & BIT(code)) != 0;
}

int region_parse(struct slice text, int64_t *code, struct refusal *refusal)
{
    if (text.len != 2 || text.data[0] < '0' || text.data[0] > '9' || text.data[1] < '0' ||
        text.data[1] > '9')
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT, NULL,
                      "a region is a code of two digits");
    int number = (text.data[0] - '0') * 10 + (text.data[1] - '0');
    if (number <= CODE_MAX && (RETIRED_MASK & BIT(number)) != 0)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_RETIRED_REGION, NULL,
                      "%02d is a retired region code", number);
    if (!region_is_code(number))
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT, NULL,
                      "%02d is not the code of a region", number);
    *code = number;
    return STATUS_OK;
}

uint32_t region_healthcare_mask(struct slice key)
{
    for (int i = 0; i < N_HEALTHCARE_REGIONS; i++)
        if (slice_equal(key, slice_from(region_healthcare_keys[i])))
            return healthcare_masks[i];
    return 0;
}

bool region_set_is_all(struct slice item)
{
    return slice_equal(item, slice_from("*"));
}

int region_set_add(struct slice item, uint32_t *mask, struct refusal *refusal)
{
    if (region_set_is_all(item)) {
        *mask |= REGION_ALL_MASK;
        return STATUS_OK;
    }
    if (item.len > 0 && item.data[0] == '@') {
        uint32_t members =
            region_healthcare_mask((struct slice){item.data + 1, item.len - 1});
        if (members == 0)
            return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT, NULL,
                          "a healthcare region is @norra, @mellansverige, "
                          "@stockholm-gotland, @vastra, @sydostra or @sodra");
        *mask |= members;
        return STATUS_OK;
    }
    int64_t code = 0;
    int status = region_parse(item, &code, refusal);
    if (status == STATUS_OK)
        *mask |= BIT(code);
    return status;
}

int region_set_parse(struct slice text, uint32_t *mask, struct refusal *refusal)
{
    if (text.len == 0)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_EMPTY_SET, NULL,
                      "a set must name at least one region");
    uint32_t found = 0;
    if (text.len > 1 && memchr(text.data, '*', text.len))
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT, NULL,
                      "* means every region and stands alone");
    for (size_t start = 0; start <= text.len;) {
        const char *bar = memchr(text.data + start, '|', text.len - start);
        size_t end = bar ? (size_t)(bar - text.data) : text.len;
        int status = region_set_add((struct slice){text.data + start, end - start},
                                    &found, refusal);
        if (status != STATUS_OK)
            return status;
        start = end + 1;
    }
    *mask = found;
    return STATUS_OK;
}

struct slice region_set_format(uint32_t mask, struct arena *arena)
{
    if (mask == REGION_ALL_MASK)
        return arena_copy(arena, slice_from("*"));
    char *text = arena_alloc(arena, (CODE_MAX + 1) * 3);
    size_t len = 0;
    for (unsigned code = 1; code <= CODE_MAX; code++) {
        if ((mask & BIT(code)) == 0)
            continue;
        if (len > 0)
            text[len++] = '|';
        text[len++] = (char)('0' + code / 10);
        text[len++] = (char)('0' + code % 10);
    }
    return (struct slice){text, len};
}
