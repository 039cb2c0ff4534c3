// SPDX-License-Identifier: Apache-2.0
#include "log_redis/scripts.h"

const char log_redis_append_script[] =
    "local log, meta = KEYS[1], KEYS[2]\n"
    "local function run()\n"
    "local epoch = redis.call('HGET', meta, 'epoch')\n"
    "local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]\n"
    "if not last or not epoch then return {'WIPED', ''} end\n"
    "if epoch ~= ARGV[1] then return {'REPLACED', epoch} end\n"
    "local tail = string.match(last[1], '^(%d+)-0$')\n"
    "if not tail then return {'TAMPERED', last[1]} end\n"
    "tail = tonumber(tail)\n"
    "local applied = tonumber(ARGV[2])\n"
    "if tail < applied then return {'REGRESSED', last[1]} end\n"
    "local mine = last\n"
    "if tail > applied then\n"
    "  local id = ARGV[2] .. '-0'\n"
    "  mine = redis.call('XRANGE', log, id, id)[1]\n"
    "  if not mine then\n"
    "    local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1][1]\n"
    "    local from = tonumber(string.match(first, '^%d+'))\n"
    "    return {from > applied and 'TRIMMED' or 'TAMPERED', first}\n"
    "  end\n"
    "end\n"
    // An entry ends in its checksum.
    "if string.sub(mine[2][2], -16) ~= ARGV[3] then return {'FORKED', mine[1]} end\n"
    "local time = redis.call('TIME')\n"
    "local now = time[1] * 1000 + math.floor(time[2] / 1000)\n"
    "if now - ARGV[4] > 60000 or ARGV[5] - now > 60000 then\n"
    "  return {'CLOCK', string.format('%.0f', now)}\n"
    "end\n"
    "local n, why = 0, ''\n"
    "for i = 7, #ARGV do\n"
    "  local id = string.format('%.0f-0', tail + n + 1)\n"
    "  local made = redis.pcall('XADD', log, 'NOMKSTREAM', id, '" LOG_REDIS_FIELD
    "', ARGV[i])\n"
    "  if type(made) ~= 'string' then\n"
    "    why = made and made.err or 'the stream is gone'\n"
    "    break\n"
    "  end\n"
    "  n = n + 1\n"
    "end\n"
    "return {'OK', string.format('%.0f', tail + 1), string.format('%.0f', n), why}\n"
    "end\n"
    // The call's number comes back, so that no reply is taken for another call's.
    "local result = run()\n"
    "table.insert(result, 1, ARGV[6])\n"
    "return result\n";

const char log_redis_first_script[] =
    "local log, meta = KEYS[1], KEYS[2]\n"
    "if redis.call('EXISTS', log, meta) ~= 0 then return {'EXISTS'} end\n"
    "redis.call('XADD', log, '1-0', '" LOG_REDIS_FIELD "', ARGV[2])\n"
    "redis.call('HSET', meta, 'uuid', ARGV[1], 'epoch', '1', 'schema', '" LOG_REDIS_SCHEMA
    "',\n"
    "  'trimmed', '0')\n"
    "return {'OK'}\n";
