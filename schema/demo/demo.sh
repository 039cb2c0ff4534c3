#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What ./dev demo runs once the programs are built: a daemon with an empty log, the code lists and the
# demo data in it, and questions. Ends by itself; --keep leaves the daemon running.
# Runs in the top folder, and with paths relative to it: a socket's path has room for 107 bytes.
set -eu

bin=build/release/bin
demo=build/demo
data=$demo/data
keep=false
case ${1:-} in
--keep) keep=true ;;
'') ;;
*)
    echo "usage: ./dev demo [--keep]" >&2
    exit 2
    ;;
esac

stop_daemon() {
    kill "$1" 2>/dev/null || return 0
    while kill -0 "$1" 2>/dev/null; do sleep 0.1; done
}

# One that an earlier --keep left behind has the data folder.
if [ -f $demo/pid ]; then
    before=$(cat $demo/pid)
    case $(readlink "/proc/$before/exe" 2>/dev/null) in
    "$PWD/$bin/vardsokd"*) stop_daemon "$before" ;;
    esac
fi
rm -rf $demo
mkdir -p $data

# Stockholm's date, also where there are no time zone files.
today=$(TZ=CET-1CEST,M3.5.0,M10.5.0/3 date +%F)
/usr/bin/python3 -B schema/generate.py demo --today "$today" --out $demo/csv

nohup $bin/vardsokd --data-dir $data --listen unix:$data/vardsok.sock \
    >$demo/vardsokd.log 2>&1 </dev/null &
daemon=$!
echo $daemon >$demo/pid
trap 'stop_daemon $daemon' EXIT
trap 'exit 130' INT TERM

tries=0
until [ -s $data/listen ]; do
    tries=$((tries + 1))
    if ! kill -0 $daemon 2>/dev/null || [ $tries -gt 300 ]; then
        cat $demo/vardsokd.log >&2
        echo "vardsokd did not become ready." >&2
        exit 1
    fi
    sleep 0.1
done
export VARDSOK_SERVER=unix:$data/vardsok.sock

# Shows a command as it is typed, and what it answers.
ask() {
    printf '\n# %s\n$ vardsok' "$1"
    shift
    printf ' %s' "$@"
    printf '\n'
    $bin/vardsok "$@"
}

cat <<'TEXT'
vardsokd runs. The code lists, the hospitals and the NHV permits are real; agreements, waiting times
and free slots are synthetic (syntetiska) and say nothing about any hospital.
TEXT
$bin/vardsok import schema/codes
$bin/vardsok import $demo/csv
$bin/vardsok status

ask 'Who can replace a hip for a patient of region 14, and on what terms? Nothing is known of the patient yet.' \
    match --service NFB49 --region 14 --from 1480
ask 'Who can take this patient, when, and under which agreement?' \
    match --service NFB49 --region 14 --from 1480 --asa 2 --weight 82.5 --height 176 --age 67 --sex female \
    --guarantee-from "$today"
ask 'National specialised medical care: who has the permit, and an agreement?' \
    match --service NHV-endometrios --region 25 --asa 2 --age 34 --sex female
ask 'A patient whom nobody can take: why, and what would have to give?' \
    match --service NFB49 --region 14 --asa 3 --age 67 --weight 150 --height 170 --explain

if $keep; then
    trap - EXIT
    printf '\nvardsokd goes on. Ask it from %s with\n' "$PWD"
    printf '    export VARDSOK_SERVER=%s\n    %s/vardsok match --service NFB49 --region 14\n' "$VARDSOK_SERVER" $bin
    printf 'and end it with\n    kill %s\n' $daemon
fi
