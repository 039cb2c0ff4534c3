// SPDX-License-Identifier: Apache-2.0
#include "cli/directory.h"

struct directory_entry {
    struct directory_entry *next;
    enum kind kind;
    struct slice key, name;
};

static int on_region(void *arg, const struct client_stored *stored)
{
    struct directory *directory = arg;
    const struct region *region = &stored->entity.region;
    directory->regions.regions[region->code] =
        arena_copy(&directory->cli->arena, words_short_region(region->name));
    return 0;
}

const struct match_names *directory_regions(struct directory *directory)
{
    struct cli *cli = directory->cli;
    if (!directory->has_regions)
        client_list(cli->connection, KIND_REGION, cli->timeout_ms, on_region, directory,
                    NULL);
    directory->has_regions = true;
    return &directory->regions;
}

static struct slice name_of(const struct cli *cli, const struct client_stored *stored)
{
    const struct service *service = &stored->entity.service;
    if (stored->kind == KIND_UNIT)
        return stored->entity.unit.name;
    return cli->language == LANGUAGE_EN && service->name_en.len > 0 ? service->name_en
                                                                    : service->name_sv;
}

static struct slice look_up(struct directory *directory, enum kind kind, struct slice key)
{
    struct cli *cli = directory->cli;
    for (struct directory_entry *entry = directory->first; entry; entry = entry->next)
        if (entry->kind == kind && slice_equal(entry->key, key))
            return entry->name;
    struct client_stored stored = {.kind = kind};
    shape_clear(entity_shape(kind), &stored.entity);
    if (kind == KIND_UNIT)
        stored.entity.unit.id = key;
    else
        stored.entity.service.code = key;
    bool found =
        client_get(cli->connection, cli->timeout_ms, &cli->arena, &stored, NULL) == 0;
    struct directory_entry *entry = arena_alloc(&cli->arena, sizeof *entry);
    *entry = (struct directory_entry){
        .next = directory->first,
        .kind = kind,
        .key = arena_copy(&cli->arena, key),
        .name = found ? name_of(cli, &stored) : SLICE_ABSENT,
    };
    directory->first = entry;
    return entry->name;
}

struct slice directory_service(struct directory *directory, struct slice code)
{
    return look_up(directory, KIND_SERVICE, code);
}

struct slice directory_unit(struct directory *directory, struct slice id)
{
    return look_up(directory, KIND_UNIT, id);
}
