// SPDX-License-Identifier: Apache-2.0
//
// vardsok capacity change: what is stored is read, altered where an option says so, and
// written whole on condition that nobody changed it meanwhile; if somebody did, read
// again.
//
// Nothing is written when it is so already. That makes a repeated command harmless, also
// one whose first answer was lost: the same --request-id cannot carry another payload,
// and the second time there is nothing to send.
#include "base/status.h"
#include "cli/capacity.h"
#include "cli/json_read.h"
#include "domain/nearest.h"
#include "lib/typed_capacity.h"
#include "wire/change.h"

#define TRIES 5 // against others who change it at the same time

static const struct value_option options[] = {
    CAPACITY_VALUE_OPTIONS,
    {"ID", "id", VALUE_OPERAND},
    {"clear", "clear", VALUE_LIST},
    {NULL, NULL, VALUE_TEXT},
};

struct edit {
    struct cli *cli;
    struct capacity given; // fields that were not given are absent
    const struct value_option *cleared[sizeof options / sizeof options[0]];
    unsigned n_cleared;
};

// --- fields ---

// Copies every field that is present in from.
static void overlay(const struct shape *shape, const void *from, void *to)
{
    for (unsigned i = 0; i < shape->n_fields; i++) {
        const struct field *field = &shape->fields[i];
        if (!field_is_present(field, from))
            continue;
        if (field->type == FIELD_SUB)
            overlay(field->sub, field_get_sub(field, from), field_sub(field, to));
        else if (field->type == FIELD_TEXT_LIST)
            *field_list(field, to) = *field_get_list(field, from);
        else if (field_is_text(field))
            *field_slice(field, to) = field_get_slice(field, from);
        else
            *field_int(field, to) = field_get_int(field, from);
    }
}

// The field of an option's key, and in *message what it is a field of.
static const struct field *find_field(const char *key, void **message)
{
    const struct shape *shape = entity_shape(KIND_CAPACITY);
    const char *dot = strchr(key, '.');
    if (dot) {
        struct slice parent = {key, (size_t)(dot - key)};
        const struct field *sub = shape_find(shape, parent);
        *message = field_sub(sub, *message);
        shape = sub->sub;
        key = dot + 1;
    }
    return shape_find(shape, slice_from(key));
}

static void clear(struct capacity *capacity, const struct value_option *option)
{
    void *message = capacity;
    const struct field *field = find_field(option->key, &message);
    const struct shape alone = {"", 0, 1, field};
    shape_clear(&alone, message);
}

// --- options ---

static const struct value_option *find_option(const char *name)
{
    const struct value_option *option = options;
    while (option->option && strcmp(option->option, name) != 0)
        option++;
    bool is_field = option->option && option->form != VALUE_OPERAND &&
                    strcmp(option->key, "clear") != 0;
    return is_field ? option : NULL;
}

static int unknown_clear(const struct cli *cli, const char *name)
{
    struct nearest nearest;
    nearest_init(&nearest, slice_from(name));
    for (const struct value_option *option = options + CAPACITY_N_REQUIRED;
         option->form != VALUE_OPERAND; option++)
        nearest_offer(&nearest, slice_from(option->option));
    return cli_usage(cli, TEXT_CAPACITY_CLEAR_UNKNOWN, name, (int)nearest.texts[0].len,
                     nearest.texts[0].data);
}

// One --clear. 0 or the exit code.
static int read_clear(struct edit *edit, const char *name)
{
    if (strncmp(name, "--", 2) == 0)
        name += 2;
    const struct value_option *option = find_option(name);
    if (option == NULL)
        return unknown_clear(edit->cli, name);
    if (option < options + CAPACITY_N_REQUIRED)
        return cli_usage(edit->cli, TEXT_CAPACITY_CLEAR_REQUIRED, name, name);
    void *message = &edit->given;
    const struct field *field = find_field(option->key, &message);
    if (field_is_present(field, message))
        return cli_usage(edit->cli, TEXT_CAPACITY_CLEAR_TWICE, name, name);
    for (unsigned i = 0; i < edit->n_cleared; i++)
        if (edit->cleared[i] == option)
            return 0;
    edit->cleared[edit->n_cleared++] = option;
    return 0;
}

// False: the command ends with *exit_code.
static bool read_edit(struct edit *edit, json_t *object, json_t *names, int *exit_code)
{
    struct refusal refusal;
    size_t i;
    json_t *name;
    json_object_del(object, "clear");
    if (json_object_size(object) == 1 && json_array_size(names) == 0) {
        *exit_code = cli_usage(edit->cli, TEXT_CAPACITY_NO_CHANGE);
        return false;
    }
    if (json_read_message(entity_shape(KIND_CAPACITY), object, &edit->given, &refusal) !=
        STATUS_OK) {
        *exit_code = values_refused(edit->cli, options, &refusal);
        return false;
    }
    if (entity_check_key(KIND_CAPACITY, &(union entity){.capacity = edit->given},
                         &refusal) != STATUS_OK) {
        *exit_code = values_refused(edit->cli, options, &refusal);
        return false;
    }
    json_array_foreach(names, i, name)
    {
        *exit_code = read_clear(edit, json_string_value(name));
        if (*exit_code != 0)
            return false;
    }
    return true;
}

// --- reading, altering, writing ---

static bool is_equal(const union entity *a, const union entity *b)
{
    struct buffer one = {0}, other = {0};
    wire_record_encode(KIND_CAPACITY, a, &one);
    wire_record_encode(KIND_CAPACITY, b, &other);
    bool equal = slice_equal(buffer_slice(&one), buffer_slice(&other));
    buffer_free(&one);
    buffer_free(&other);
    return equal;
}

// The first try has the request id that was asked for; one that was refused is used up.
static const unsigned char *request_id_of(struct cli *cli, int try)
{
    if (try > 0)
        vardsok_request_id_init(cli->request_id);
    return cli_request_id(cli);
}

static int fetch(const struct edit *edit, struct client_stored *stored,
                 struct vardsok_error *error)
{
    struct cli *cli = edit->cli;
    stored->kind = KIND_CAPACITY;
    shape_clear(entity_shape(KIND_CAPACITY), &stored->entity);
    stored->entity.capacity.id = edit->given.id;
    return client_get(cli->connection, cli->timeout_ms, &cli->arena, stored, error);
}

// Once. 0, or the exit code, and then *again when somebody else was quicker.
static int try_once(const struct edit *edit, int try, bool *again)
{
    struct cli *cli = edit->cli;
    struct client_stored stored;
    struct client_written written;
    struct vardsok_error error;
    struct refusal refusal;
    *again = false;
    if (fetch(edit, &stored, &error) != 0)
        return cli_error(cli, &error);
    union entity wanted = stored.entity;
    overlay(entity_shape(KIND_CAPACITY), &edit->given, &wanted.capacity);
    for (unsigned i = 0; i < edit->n_cleared; i++)
        clear(&wanted.capacity, edit->cleared[i]);
    if (entity_check(KIND_CAPACITY, &wanted, &refusal) != STATUS_OK)
        return values_refused(cli, options, &refusal);
    entity_normalize(KIND_CAPACITY, &wanted);
    if (is_equal(&stored.entity, &wanted)) {
        text_print(stderr, cli->language, TEXT_CAPACITY_EQUAL, (int)edit->given.id.len,
                   edit->given.id.data);
        return capacity_print_written(cli, &wanted.capacity, stored.revision);
    }
    struct client_write_call call = {request_id_of(cli, try), cli->timeout_ms,
                                     (int64_t)stored.revision};
    int status = client_capacity_change(cli->connection, &call, &wanted.capacity,
                                        &cli->arena, &written, &error);
    *again = status == VARDSOK_ABORTED && try + 1 < TRIES;
    if (*again)
        return 0;
    return status ? cli_error(cli, &error)
                  : capacity_print_written(cli, &wanted.capacity, written.revision);
}

static int run(const struct edit *edit)
{
    int exit_code = cli_connect(edit->cli);
    bool again = exit_code == 0;
    for (int try = 0; again; try++)
        exit_code = try_once(edit, try, &again);
    return exit_code;
}

int command_capacity_change(struct cli *cli, int argc, char **argv)
{
    json_t *object = json_object();
    struct edit edit = {.cli = cli};
    int exit_code;
    if (values_read(cli, argc, argv, options, object, &exit_code) &&
        capacity_form_is_fit(cli, &exit_code)) {
        json_t *names = json_incref(json_object_get(object, "clear"));
        if (read_edit(&edit, object, names, &exit_code))
            exit_code = run(&edit);
        json_decref(names);
    }
    json_decref(object);
    return exit_code;
}
