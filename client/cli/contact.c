// SPDX-License-Identifier: Apache-2.0
//
// vardsok contact: how a region's navigator is reached, the patient's one way in.
#include "cli/card.h"
#include "cli/cli.h"
#include "cli/json_write.h"
#include "cli/values.h"
#include "csv/csv.h"
#include "domain/region.h"
#include "lib/typed_search.h"

static const struct value_option options[] = {
    {"REGION", "place", VALUE_WORDS},
    {NULL, NULL, VALUE_TEXT},
};

static bool is_stored(const struct contact *contact)
{
    return contact->phone.data || contact->email.data || contact->url.data ||
           contact->hours.data;
}

// --- for people ---

static enum text text_of_healthcare_region(struct slice key)
{
    unsigned i = 0;
    while (region_healthcare_keys[i] &&
           !slice_equal(slice_from(region_healthcare_keys[i]), key))
        i++;
    return region_healthcare_keys[i] ? (enum text)(TEXT_HEALTHCARE_REGIONS + i)
                                     : TEXT_NONE;
}

static void add_healthcare_regions(struct card *card, const struct text_list *keys)
{
    struct buffer text = {0};
    for (uint32_t i = 0; i < keys->n; i++) {
        json_write_text(&text, i > 0 ? ", " : "");
        text_append(&text, card->language, text_of_healthcare_region(keys->items[i]));
    }
    card_add(card, "healthcare_regions", buffer_slice(&text), NULL);
    buffer_free(&text);
}

static void write_card(struct cli *cli, const struct contact_response *found,
                       struct buffer *out)
{
    struct card card;
    const struct contact *contact = &found->contact;
    card_init(&card, cli->language, &cli->arena);
    card_add_named(&card, "municipality", found->municipality_name, found->municipality);
    card_add_named(&card, "region", found->region_name,
                   arena_printf(&cli->arena, "%02d", (int)found->region));
    add_healthcare_regions(&card, &found->healthcare_regions);
    if (!is_stored(contact))
        card_add(&card, "navigator",
                 slice_from(text_get(cli->language, TEXT_CONTACT_NONE)), "yellow");
    card_add(&card, "phone", contact->phone, NULL);
    card_add(&card, "email", contact->email, NULL);
    card_add(&card, "url", contact->url, NULL);
    card_add(&card, "hours", contact->hours, NULL);
    card_write(&card, grid_terminal_width(), cli->colours, out);
}

// --- for programs ---

// An answer without nested messages.
struct cells {
    int64_t region;
    struct slice region_name, municipality, municipality_name;
    struct text_list healthcare_regions;
    struct slice phone, email, url, hours;
};
#define CELL(member, number, type)                                                       \
    {                                                                                    \
#member, offsetof(struct cells, member), number, type, 0, 0, 0, NULL, NULL       \
    }
static const struct field cell_fields[] = {
    CELL(region, 1, FIELD_REGION),
    CELL(region_name, 2, FIELD_NAME),
    CELL(municipality, 3, FIELD_MUNICIPALITY),
    CELL(municipality_name, 4, FIELD_NAME),
    CELL(healthcare_regions, 5, FIELD_HEALTHCARE_REGIONS),
    CELL(phone, 6, FIELD_PHONE),
    CELL(email, 7, FIELD_EMAIL),
    CELL(url, 8, FIELD_URL),
    CELL(hours, 9, FIELD_TEXT),
};
static const struct shape cells_shape = {"contact", sizeof(struct cells),
                                         sizeof cell_fields / sizeof *cell_fields,
                                         cell_fields};

static void write_csv(const struct contact_response *found, struct buffer *out)
{
    struct cells cells = {
        found->region,
        found->region_name,
        found->municipality,
        found->municipality_name,
        found->healthcare_regions,
        found->contact.phone,
        found->contact.email,
        found->contact.url,
        found->contact.hours,
    };
    csv_names_encode(&cells_shape, out);
    json_write_text(out, "\n");
    csv_cells_encode(&cells_shape, &cells, out);
    json_write_text(out, "\n");
}

// --- the command ---

static int contact(struct cli *cli, struct slice place)
{
    struct contact_response found;
    struct vardsok_error error;
    struct buffer out = {0};
    int exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    if (client_contact(cli->connection, place, cli->timeout_ms, &cli->arena, &found,
                       &error) != 0)
        return cli_error(cli, &error);
    if (cli->form == OUTPUT_JSON) {
        json_write_message(&out, &shape_contact_response, &found);
        json_write_text(&out, "\n");
    } else if (cli->form == OUTPUT_CSV) {
        write_csv(&found, &out);
    } else {
        write_card(cli, &found, &out);
    }
    exit_code = cli_print(cli, &out);
    buffer_free(&out);
    if (cli->form == OUTPUT_TABLE && !is_stored(&found.contact))
        text_print(stderr, cli->language, TEXT_CONTACT_HOW_TO_STORE);
    return exit_code;
}

int command_contact(struct cli *cli, int argc, char **argv)
{
    json_t *object = json_object();
    int exit_code;
    if (values_read(cli, argc, argv, options, object, &exit_code))
        exit_code = contact(cli, slice_from(values_take(cli, object, "place")));
    json_decref(object);
    return exit_code;
}
