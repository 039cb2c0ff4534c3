// SPDX-License-Identifier: Apache-2.0
//
// The calendar arithmetic counts years from 1 March, so that the leap day comes last, and
// works in eras of 400 years (146,097 days), which all look alike.
#include "base/date.h"

#include "base/status.h"

#define YEAR_MIN 1
#define YEAR_MAX 9999
#define DAYS_PER_ERA 146097
#define DAYS_TO_1970 719468 // from 0000-03-01
#define HOUR_MS INT64_C(3600000)

struct civil {
    int year;
    unsigned month, day;
};

int32_t date_from_civil(int year, unsigned month, unsigned day)
{
    int y = year - (month <= 2);
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int month_from_march = (int)((month + 9) % 12);
    int day_of_year = (153 * month_from_march + 2) / 5 + (int)day - 1;
    int day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int32_t)(era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970);
}

// Days to a date without a branch on eras and with two divisions, since every option of
// an answer shows three dates: C. Neri and L. Schneider, "Euclidean affine functions and
// their application to calendar algorithms" (2022). Any day from 0000-03-01 on.
static struct civil civil_from_days(int64_t days)
{
    uint32_t shifted = (uint32_t)(days + DAYS_TO_1970);
    uint32_t quarters = 4 * shifted + 3;
    uint32_t century = quarters / DAYS_PER_ERA;
    uint32_t day_of_century = quarters % DAYS_PER_ERA / 4;
    uint64_t year_product = UINT64_C(2939745) * (4 * day_of_century + 3); // 2^32 / 1461
    uint32_t day_of_year = (uint32_t)year_product / 2939745 / 4;          // from 1 March
    uint32_t month_product = 2141 * day_of_year + 197913;                 // 2^16 / 30.6
    uint32_t month = month_product >> 16;                                 // 3 to 14
    bool next_year = day_of_year >= 306; // January, February
    return (struct civil){
        .year = (int)(100 * century + (uint32_t)(year_product >> 32) + next_year),
        .month = next_year ? month - 12 : month,
        .day = (month_product & 0xFFFF) / 2141 + 1,
    };
}

static unsigned days_in_month(int year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

// n digits as a number, or -1.
static int digits(const char *text, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static void put_digits(char *out, int n, unsigned value)
{
    while (n-- > 0) {
        out[n] = (char)('0' + value % 10);
        value /= 10;
    }
}

int date_parse(struct slice text, int32_t *days)
{
    if (text.len != DATE_TEXT_LEN || text.data[4] != '-' || text.data[7] != '-')
        return STATUS_INVALID_ARGUMENT;
    int year = digits(text.data, 4);
    int month = digits(text.data + 5, 2);
    int day = digits(text.data + 8, 2);
    if (year < YEAR_MIN || month < 1 || month > 12 || day < 1 ||
        (unsigned)day > days_in_month(year, (unsigned)month))
        return STATUS_INVALID_ARGUMENT;
    *days = date_from_civil(year, (unsigned)month, (unsigned)day);
    return STATUS_OK;
}

void date_format(int32_t days, char *out)
{
    struct civil date = civil_from_days(days);
    put_digits(out, 4, (unsigned)date.year);
    out[4] = '-';
    put_digits(out + 5, 2, date.month);
    out[7] = '-';
    put_digits(out + 8, 2, date.day);
}

int instant_parse(struct slice text, int64_t *ms)
{
    int32_t days;
    if (text.len != INSTANT_TEXT_LEN || text.data[10] != 'T' || text.data[13] != ':' ||
        text.data[16] != ':' || text.data[19] != '.' || text.data[23] != 'Z' ||
        date_parse((struct slice){text.data, DATE_TEXT_LEN}, &days) != STATUS_OK)
        return STATUS_INVALID_ARGUMENT;
    int hour = digits(text.data + 11, 2);
    int minute = digits(text.data + 14, 2);
    int second = digits(text.data + 17, 2);
    int milli = digits(text.data + 20, 3);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 ||
        milli < 0)
        return STATUS_INVALID_ARGUMENT;
    *ms = days * DAY_MS + hour * HOUR_MS + minute * INT64_C(60000) +
          second * INT64_C(1000) + milli;
    return STATUS_OK;
}

static int64_t floor_days(int64_t ms)
{
    return ms / DAY_MS - (ms % DAY_MS < 0);
}

void instant_format(int64_t ms, char *out)
{
    int64_t days = floor_days(ms);
    unsigned rest = (unsigned)(ms - days * DAY_MS);
    date_format((int32_t)days, out);
    out[10] = 'T';
    put_digits(out + 11, 2, rest / 3600000);
    out[13] = ':';
    put_digits(out + 14, 2, rest / 60000 % 60);
    out[16] = ':';
    put_digits(out + 17, 2, rest / 1000 % 60);
    out[19] = '.';
    put_digits(out + 20, 3, rest % 1000);
    out[23] = 'Z';
}

// 01:00 UTC of the last Sunday of a month of 31 days.
static int64_t change_of_time(int year, unsigned month)
{
    int32_t last = date_from_civil(year, month, 31);
    int weekday =
        (int)(((last + 4) % 7 + 7) % 7); // 1970-01-01 was a Thursday; 0 = Sunday
    return (last - weekday) * DAY_MS + HOUR_MS;
}

int64_t date_stockholm_offset_ms(int64_t utc_ms)
{
    int year = civil_from_days(floor_days(utc_ms)).year;
    bool summer = utc_ms >= change_of_time(year, 3) && utc_ms < change_of_time(year, 10);
    return (summer ? 2 : 1) * HOUR_MS;
}

int32_t date_in_stockholm(int64_t utc_ms)
{
    return (int32_t)floor_days(utc_ms + date_stockholm_offset_ms(utc_ms));
}
