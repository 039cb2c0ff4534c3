// SPDX-License-Identifier: Apache-2.0
#include "cli/time_words.h"

#include <time.h>

#include "base/date.h"

#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400

void words_instant(struct buffer *out, int64_t utc_ms)
{
    char text[INSTANT_TEXT_LEN];
    instant_format(utc_ms + date_stockholm_offset_ms(utc_ms), text);
    text[DATE_TEXT_LEN] = ' ';
    buffer_append(out, text, DATE_TEXT_LEN + sizeof " 13:00" - 1);
}

void words_left(struct buffer *out, enum language language, int64_t left_ms)
{
    long long s = left_ms / 1000;
    if (left_ms <= 0)
        text_append(out, language, TEXT_LEFT_NONE);
    else if (s < MINUTE_S)
        text_append(out, language, TEXT_LEFT_SECONDS, s);
    else if (s < HOUR_S)
        text_append(out, language, TEXT_LEFT_MINUTES, s / MINUTE_S);
    else if (s < 2 * DAY_S)
        text_append(out, language, TEXT_LEFT_HOURS, s / HOUR_S, s % HOUR_S / MINUTE_S);
    else
        text_append(out, language, TEXT_LEFT_DAYS, s / DAY_S, s % DAY_S / HOUR_S);
}

int64_t time_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
