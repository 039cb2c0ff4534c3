// SPDX-License-Identifier: Apache-2.0
//
// vardsok service show: one care service, the codes that lead to it, and who may give it
// when it is national highly specialised care. What is no code is searched for.
#include "base/status.h"
#include "cli/card.h"
#include "cli/directory.h"
#include "cli/json_write.h"
#include "cli/service.h"
#include "cli/values.h"
#include "domain/search.h"

#define N_SUGGESTED 5

static const struct value_option options[] = {
    {"CODE", "code", VALUE_WORDS},
    {NULL, NULL, VALUE_TEXT},
};

struct mapping_row {
    struct mapping_row *next;
    struct mapping mapping;
};
struct permit_row {
    struct permit_row *next;
    struct nhv_permit permit;
};

// Everything that is shown. Texts live in cli's arena.
struct view {
    struct cli *cli;
    struct client_stored stored; // the service
    struct mapping_row *mappings, **last_mapping;
    bool has_area;
    struct client_stored area;
    struct permit_row *permits, **last_permit;
};

// --- fetching ---

static struct slice keep(struct view *view, struct slice text)
{
    return text.data ? arena_copy(&view->cli->arena, text) : text;
}

static int on_mapping(void *arg, const struct client_stored *stored)
{
    struct view *view = arg;
    const struct mapping *mapping = &stored->entity.mapping;
    if (!slice_equal(mapping->service, view->stored.entity.service.code))
        return 0;
    struct mapping_row *row = arena_alloc(&view->cli->arena, sizeof *row);
    *row = (struct mapping_row){
        NULL,
        {keep(view, mapping->system), keep(view, mapping->version),
         keep(view, mapping->code), view->stored.entity.service.code},
    };
    *view->last_mapping = row;
    view->last_mapping = &row->next;
    return 0;
}

static int on_permit(void *arg, const struct client_stored *stored)
{
    struct view *view = arg;
    if (!slice_equal(stored->entity.nhv_permit.area,
                     view->stored.entity.service.nhv_area))
        return 0;
    struct permit_row *row = arena_alloc(&view->cli->arena, sizeof *row);
    *row = (struct permit_row){NULL, stored->entity.nhv_permit};
    row->permit.area = keep(view, row->permit.area);
    row->permit.unit = keep(view, row->permit.unit);
    row->permit.scope = keep(view, row->permit.scope);
    row->permit.source = keep(view, row->permit.source);
    *view->last_permit = row;
    view->last_permit = &row->next;
    return 0;
}

static int fetch_rest(struct view *view, struct vardsok_error *error)
{
    struct cli *cli = view->cli;
    struct slice area = view->stored.entity.service.nhv_area;
    int status = client_list(cli->connection, KIND_MAPPING, cli->timeout_ms, on_mapping,
                             view, error);
    if (status != 0 || area.data == NULL)
        return status;
    view->area.kind = KIND_NHV_AREA;
    shape_clear(entity_shape(KIND_NHV_AREA), &view->area.entity);
    view->area.entity.nhv_area.id = area;
    status =
        client_get(cli->connection, cli->timeout_ms, &cli->arena, &view->area, error);
    if (status != 0)
        return status;
    view->has_area = true;
    return client_list(cli->connection, KIND_NHV_PERMIT, cli->timeout_ms, on_permit, view,
                       error);
}

// The service with exactly this code.
static int fetch_service(struct view *view, struct slice code,
                         struct vardsok_error *error)
{
    struct cli *cli = view->cli;
    view->stored.kind = KIND_SERVICE;
    shape_clear(&shape_service, &view->stored.entity);
    view->stored.entity.service.code = code;
    return client_get(cli->connection, cli->timeout_ms, &cli->arena, &view->stored,
                      error);
}

// --- what was meant ---

// Whether the first hit alone can be meant: it is the code or the name, or there is no
// other.
static bool is_plain(const struct client_search *found)
{
    const struct service_hit *hits = found->hits;
    if (found->found == 1)
        return true;
    return found->n > 1 && hits[0].found_by < hits[1].found_by &&
           (hits[0].found_by == FOUND_BY_CODE || hits[0].found_by == FOUND_BY_MAPPING ||
            hits[0].found_by == FOUND_BY_NAME);
}

// Takes the one that is plainly meant, or says which could be. 0 or the exit code.
static int find_meant(struct view *view, struct slice text)
{
    struct cli *cli = view->cli;
    struct client_search found;
    struct vardsok_error error;
    struct search_request request = {text, N_SUGGESTED};
    int status = client_search(cli->connection, &request, cli->timeout_ms, &cli->arena,
                               &found, &error);
    if (status != 0)
        return cli_error(cli, &error);
    if (is_plain(&found)) {
        const struct service *service = &found.hits[0].service;
        struct slice name = service_name(cli->language, service);
        text_print(stderr, cli->language, TEXT_SERVICE_TAKEN, (int)service->code.len,
                   service->code.data, (int)name.len, name.data, (int)text.len,
                   text.data);
        status = fetch_service(view, service->code, &error);
        return status == 0 ? 0 : cli_error(cli, &error);
    }
    cli_fail(cli, EXIT_REFUSED, TEXT_SERVICE_UNKNOWN, (int)text.len, text.data);
    if (found.n == 0) {
        text_print(stderr, cli->language, TEXT_SERVICE_HOW_TO_SEARCH);
        return EXIT_REFUSED;
    }
    struct buffer out = {0};
    text_print(stderr, cli->language, TEXT_SERVICE_MEANT);
    service_table_write(cli, &found, false, &out);
    fwrite(out.data, 1, out.len, stderr);
    buffer_free(&out);
    return EXIT_REFUSED;
}

// --- for people ---

static void add_joined(struct card *card, const char *field, const struct text_list *list)
{
    struct buffer text = {0};
    for (uint32_t i = 0; i < list->n; i++) {
        json_write_text(&text, i > 0 ? ", " : "");
        buffer_append_slice(&text, list->items[i]);
    }
    card_add(card, field, buffer_slice(&text), NULL);
    buffer_free(&text);
}

static void add_mappings(struct card *card, const struct mapping_row *rows)
{
    struct buffer text = {0};
    for (const struct mapping_row *row = rows; row; row = row->next) {
        const struct mapping *m = &row->mapping;
        bool same = row != rows && slice_equal(m->system, rows->mapping.system) &&
                    slice_equal(m->version, rows->mapping.version);
        if (!same) {
            json_write_text(&text, row != rows ? "\n" : "");
            buffer_append_slice(&text, m->system);
            json_write_text(&text, " ");
            buffer_append_slice(&text, m->version);
            json_write_text(&text, ": ");
            rows = row;
        } else {
            json_write_text(&text, ", ");
        }
        buffer_append_slice(&text, m->code);
    }
    card_add(card, "mappings", buffer_slice(&text), NULL);
    buffer_free(&text);
}

static void write_day(struct buffer *out, enum language language, enum text text,
                      int64_t day)
{
    struct buffer date = {0};
    words_date(&date, day);
    buffer_append(&date, "", 1);
    text_append(out, language, text, date.data);
    buffer_free(&date);
}

static void add_permits(struct card *card, struct directory *directory,
                        const struct permit_row *rows)
{
    struct buffer text = {0};
    for (const struct permit_row *row = rows; row; row = row->next) {
        const struct nhv_permit *permit = &row->permit;
        struct slice unit = permit->unit;
        if (unit.data && directory_unit(directory, unit).len > 0)
            unit = directory_unit(directory, unit);
        json_write_text(&text, row != rows ? "\n" : "");
        words_region(&text, directory_regions(directory), permit->region);
        json_write_text(&text, unit.len > 0 ? ", " : "");
        buffer_append_slice(&text, unit);
        json_write_text(&text, permit->scope.len > 0 ? ", " : "");
        buffer_append_slice(&text, permit->scope);
        write_day(&text, card->language, TEXT_PERMIT_FROM, permit->in_force_from);
        if (permit->in_force_to != ABSENT)
            write_day(&text, card->language, TEXT_PERMIT_TO, permit->in_force_to);
    }
    card_add(card, "nhv_permits", buffer_slice(&text), NULL);
    buffer_free(&text);
}

static void write_card(struct view *view, struct buffer *out)
{
    static const enum text guarantees[] = {[GUARANTEE_NONE] = TEXT_GUARANTEE_NONE,
                                           [GUARANTEE_VISIT] = TEXT_GUARANTEE_VISIT,
                                           [GUARANTEE_TREATMENT] =
                                               TEXT_GUARANTEE_TREATMENT};
    struct cli *cli = view->cli;
    struct directory directory = {.cli = cli};
    const struct service *service = &view->stored.entity.service;
    struct slice name = service_name(cli->language, service);
    struct slice other =
        name.data == service->name_sv.data ? service->name_en : service->name_sv;
    struct card card;
    card_init(&card, cli->language, &cli->arena);
    card_add(&card, "code", service->code, NULL);
    card_add(&card, "name", name, NULL);
    card_add(&card, "name_other", other, NULL);
    add_joined(&card, "synonyms", &service->synonyms);
    card_add(&card, "system",
             arena_printf(&cli->arena, "%.*s %.*s", (int)service->system.len,
                          service->system.data, (int)service->version.len,
                          service->version.data),
             NULL);
    card_add(&card, "area", service->area, NULL);
    card_add(&card, "guarantee",
             slice_from(text_get(cli->language, guarantees[service->guarantee])), NULL);
    add_mappings(&card, view->mappings);
    if (view->has_area)
        card_add_named(&card, "nhv_area", view->area.entity.nhv_area.name,
                       service->nhv_area);
    add_permits(&card, &directory, view->permits);
    card_add_number(&card, "revision", (int64_t)view->stored.revision);
    card_write(&card, grid_terminal_width(), cli->colours, out);
}

// --- for programs ---

// {"service":{...},"revision":7,"mappings":[...],"nhv_area":{...},"nhv_permits":[...]}
static void write_json(const struct view *view, struct buffer *out)
{
    json_write_text(out, "{");
    size_t mark = out->len;
    json_write_key(out, mark, "service");
    json_write_message(out, &shape_service, &view->stored.entity.service);
    json_write_key(out, mark, "revision");
    json_write_int(out, (int64_t)view->stored.revision);
    json_write_key(out, mark, "mappings");
    json_write_text(out, "[");
    for (const struct mapping_row *row = view->mappings; row; row = row->next) {
        json_write_message(out, &shape_mapping, &row->mapping);
        json_write_text(out, row->next ? "," : "");
    }
    json_write_text(out, "]");
    if (view->has_area) {
        json_write_key(out, mark, "nhv_area");
        json_write_message(out, entity_shape(KIND_NHV_AREA), &view->area.entity.nhv_area);
    }
    json_write_key(out, mark, "nhv_permits");
    json_write_text(out, "[");
    for (const struct permit_row *row = view->permits; row; row = row->next) {
        json_write_message(out, entity_shape(KIND_NHV_PERMIT), &row->permit);
        json_write_text(out, row->next ? "," : "");
    }
    json_write_text(out, "]}\n");
}

// --- the command ---

// The service into view, by its code or by words. 0 or the exit code.
static int fetch_meant(struct view *view, struct slice text)
{
    struct vardsok_error error = {0};
    union entity key;
    shape_clear(&shape_service, &key);
    key.service.code = text;
    int status = VARDSOK_NOT_FOUND;
    if (entity_check_key(KIND_SERVICE, &key, NULL) == STATUS_OK)
        status = fetch_service(view, text, &error);
    if (status == VARDSOK_NOT_FOUND)
        return find_meant(view, text);
    return status == 0 ? 0 : cli_error(view->cli, &error);
}

static int show(struct cli *cli, struct slice text)
{
    struct view view = {.cli = cli};
    struct vardsok_error error;
    view.last_mapping = &view.mappings;
    view.last_permit = &view.permits;
    int exit_code = cli_connect(cli);
    if (exit_code == 0)
        exit_code = fetch_meant(&view, text);
    if (exit_code != 0)
        return exit_code;
    if (fetch_rest(&view, &error) != 0)
        return cli_error(cli, &error);
    struct buffer out = {0};
    if (cli->form == OUTPUT_JSON)
        write_json(&view, &out);
    else
        write_card(&view, &out);
    exit_code = cli_print(cli, &out);
    buffer_free(&out);
    return exit_code;
}

int command_service_show(struct cli *cli, int argc, char **argv)
{
    json_t *object = json_object();
    int exit_code;
    if (values_read(cli, argc, argv, options, object, &exit_code)) {
        const char *code = values_take(cli, object, "code");
        exit_code = cli->form == OUTPUT_CSV ? cli_usage(cli, TEXT_FORM_NOT_HERE, "--csv")
                                            : show(cli, slice_from(code));
    }
    json_decref(object);
    return exit_code;
}
