# SPDX-License-Identifier: Apache-2.0
"""Holds daemon/wire against Google's protobuf: the classes that protoc makes of our schema write what
our codec must read, and must read what it writes. Seeded: the same messages each time."""
import datetime
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = REPOSITORY / "schema"
GOLDEN = REPOSITORY / "tests" / "golden" / "records.txt"
TOOL = pathlib.Path(os.environ["VARDSOK_TOOLS"]) / "tool_wire"
# Where distributions keep protobuf's descriptor.proto.
DESCRIPTOR_FOLDERS = ["/usr/include", "/usr/lib/python3/dist-packages/proto"]

REGIONS = [1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 17, 18, 19, 20, 21, 22, 23, 24, 25]
ENTITIES = {
    "region": "Region", "municipality": "Municipality", "nhv_area": "NhvArea",
    "service": "Service", "mapping": "Mapping", "unit": "Unit", "nhv_permit": "NhvPermit",
    "agreement": "Agreement", "agreement_line": "AgreementLine",
    "waiting_time": "WaitingTime", "capacity": "Capacity",
    "guarantee_limit": "GuaranteeLimit", "setting": "Setting", "claim": "Claim",
}
OTHERS = {
    "query": "MatchRequest", "answer": "MatchResponse", "call_metadata": "CallMetadata",
    "list_request": "ListRequest", "status_response": "StatusResponse",
}
DATES = {"decided_on", "in_force_from", "in_force_to", "valid_from", "valid_to", "observed_on",
         "forecast_until", "window_start", "window_end", "book_by", "on", "guarantee_from",
         "guarantee_deadline", "today", "expected_start"}
REGION_FIELDS = {"Region.code", "Municipality.region", "NhvPermit.region", "Unit.region",
                 "Agreement.owner_region", "GuaranteeLimit.region", "MatchRequest.home_region",
                 "UnitSummary.region", "Option.owner_region", "Bound.region", "Claim.region"}
REGION_SETS = {"callers", "open_to", "in_regions"}
# The log form enforces bounds; these lie within all of them.
BOUNDED = {"asa_max": (1, 6), "weight_min_hg": (5, 4000), "weight_max_hg": (5, 4000),
           "bmi_min_tenths": (50, 1000), "bmi_max_tenths": (50, 1000), "age_min": (0, 125),
           "age_max": (0, 125), "slots": (1, 10000), "units_planned": (0, 100),
           "price_ore": (0, 10 ** 12), "latitude_e6": (-90 * 10 ** 6, 90 * 10 ** 6),
           "longitude_e6": (-180 * 10 ** 6, 180 * 10 ** 6)}
SHORT = {"org_number", "municipality", "code"}  # the log form's limit is a few bytes
EPOCH = datetime.date(1970, 1, 1)
MESSAGES_PER_SHAPE = 60


def compile_schema(folder):
    descriptor = next(path for path in DESCRIPTOR_FOLDERS
                      if os.path.exists(f"{path}/google/protobuf/descriptor.proto"))
    # google/protobuf itself comes with the Python library
    protos = [str(path.relative_to(SCHEMA)) for path in SCHEMA.rglob("*.proto")
              if "protobuf" not in path.parts]
    subprocess.run(["protoc", f"-I{SCHEMA}", f"-I{descriptor}", f"--python_out={folder}", *protos],
                   check=True, cwd=SCHEMA)
    # so that google.rpc is found beside the installed google.protobuf
    import google
    google.__path__.append(f"{folder}/google")
    sys.path.insert(0, str(folder))


class Wire:
    """The codec under test, a line at a time."""

    def __init__(self):
        self.process = subprocess.Popen([TOOL], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def send(self, verb, shape, message):
        self.process.stdin.write(f"{verb} {shape} {message.hex()}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        return answer if answer.startswith("!") else bytes.fromhex(answer)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait()


def random_text(rng, limit):
    return "".join(rng.choice("aZ9.åÖ€𝄞") for _ in range(rng.randint(1, limit)))


def random_number(rng, field):
    low, high = BOUNDED.get(field.name, (0, 3650))
    return rng.choice([low, high, rng.randint(low, high)])


def random_value(rng, field, in_log):
    name = f"{field.containing_type.name}.{field.name}"
    if field.name in DATES:
        day = rng.randint(-25567, 84370)
        return day if in_log else str(EPOCH + datetime.timedelta(days=day))
    if name in REGION_FIELDS:
        return f"{rng.choice(REGIONS):02d}"
    if field.type == field.TYPE_ENUM:
        numbers = [value.number for value in field.enum_type.values if value.number > 0]
        if name == "GuaranteeLimit.guarantee":
            numbers.remove(1)
        if name == "MatchRequest.sex":
            numbers.remove(1)
        return rng.choice(numbers)
    if field.type == field.TYPE_BOOL:
        return rng.random() < 0.5
    if field.type == field.TYPE_STRING:
        return random_text(rng, 1 if field.name in SHORT else 4)
    if field.type == field.TYPE_BYTES:
        return rng.randbytes(rng.randint(0, 20))
    return random_number(rng, field)


def fill_repeated(rng, field, values):
    if field.message_type:
        for _ in range(rng.randint(1, 3)):
            fill(rng, values.add(), False)
    elif field.name in REGION_SETS:
        values.extend(f"{code:02d}" for code in sorted(rng.sample(REGIONS, rng.randint(1, 21))))
    elif field.type == field.TYPE_ENUM:
        values.extend(sorted(rng.sample(range(1, 20), rng.randint(1, 19))))
    else:
        values.extend(random_text(rng, 4) for _ in range(rng.randint(1, 16)))


def fill(rng, message, in_log):
    """Sets about two fields of three."""
    for field in message.DESCRIPTOR.fields:
        if rng.random() < 0.33:
            continue
        if field.label == field.LABEL_REPEATED:
            fill_repeated(rng, field, getattr(message, field.name))
        elif field.message_type:
            fill(rng, getattr(message, field.name), in_log)
        elif in_log and field.name in REGION_SETS:
            setattr(message, field.name, sum(1 << code for code in rng.sample(REGIONS, 3)))
        else:
            setattr(message, field.name, random_value(rng, field, in_log))
    return message


def to_log(public, log):
    """What the log's form of a public message is, by the schema's own words."""
    for field, value in public.ListFields():
        if field.name in DATES:
            value = (datetime.date.fromisoformat(value) - EPOCH).days
        elif field.name in REGION_SETS:
            value = sum(1 << int(code) for code in value)
        elif field.message_type:
            to_log(value, getattr(log, field.name))
            continue
        elif field.label == field.LABEL_REPEATED:
            getattr(log, field.name).extend(value)
            continue
        setattr(log, field.name, value)
    return log


class WireTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        compile_schema(cls.folder.name)
        from google.rpc import status_pb2
        from vardsok.log.v1 import command_pb2, record_pb2
        from vardsok.v1 import (call_pb2, capacity_pb2, directory_pb2, entities_pb2, errors_pb2,
                                matching_pb2, operations_pb2, options_pb2, registry_pb2)
        cls.status, cls.command, cls.record = status_pb2, command_pb2, record_pb2
        cls.entities, cls.errors, cls.registry = entities_pb2, errors_pb2, registry_pb2
        cls.options = options_pb2
        cls.public = [call_pb2, capacity_pb2, directory_pb2, entities_pb2, matching_pb2,
                      operations_pb2, registry_pb2, errors_pb2]
        cls.messages = {
            shape: next(getattr(module, name) for module in cls.public if hasattr(module, name))
            for shape, name in (ENTITIES | OTHERS).items()}
        cls.wire = Wire()

    @classmethod
    def tearDownClass(cls):
        code = cls.wire.close()
        cls.folder.cleanup()
        assert code == 0, f"the tool ended with {code}"

    def expect_same(self, verb, shape, message):
        sent = message.SerializeToString(deterministic=True)
        received = self.wire.send(verb, shape, sent)
        self.assertIsInstance(received, bytes, f"{shape}: {received}\n{message}")
        again = type(message).FromString(received)
        self.assertEqual(again.SerializeToString(deterministic=True), received, shape)
        return again

    def test_public_messages_go_through_unchanged(self):
        rng = random.Random(1)
        for shape, message_type in self.messages.items():
            for _ in range(MESSAGES_PER_SHAPE):
                message = fill(rng, message_type(), False)
                self.drop_empty(message)
                self.assertEqual(self.expect_same("public", shape, message), message)

    def test_records_go_through_unchanged(self):
        rng = random.Random(2)
        for shape, name in ENTITIES.items():
            for _ in range(MESSAGES_PER_SHAPE):
                message = fill(rng, getattr(self.record, name)(), True)
                self.drop_empty(message)
                self.assertEqual(self.expect_same("log", shape, message), message)

    def test_the_logs_form_of_a_public_entity_means_the_same(self):
        rng = random.Random(3)
        for shape, name in ENTITIES.items():
            for _ in range(MESSAGES_PER_SHAPE):
                public = fill(rng, self.messages[shape](), False)
                self.drop_empty(public)
                expected = to_log(public, getattr(self.record, name)())
                received = self.wire.send("convert", shape, public.SerializeToString())
                self.assertEqual(received, expected.SerializeToString(deterministic=True),
                                 f"{shape}\n{public}")

    def drop_empty(self, message):
        """A nested message without fields is the same as none."""
        for field, value in message.ListFields():
            if not field.message_type:
                continue
            for nested in value if field.label == field.LABEL_REPEATED else [value]:
                self.drop_empty(nested)
            if field.label != field.LABEL_REPEATED and not value.ListFields():
                message.ClearField(field.name)

    def test_a_write_becomes_the_command_that_the_schema_describes(self):
        request = self.registry.ApplyRequest(
            request_id=bytes.fromhex("019aa0000001700280030405060708ff"))
        put = request.changes.add(expected_revision=0).put.waiting_time
        put.unit, put.service, put.observed_on = "TSE2321000131-E1", "NFB49", "2026-11-18"
        put.current_days = 0
        deleted = request.changes.add().delete.agreement_line
        deleted.agreement, deleted.unit, deleted.service = "A-12", "TSE2321000131-E1", "NFB49"
        deleted.price_ore = 5  # not part of the key
        command = self.command.Command()
        stored = command.changes.add(expected_revision=0).put.waiting_time
        to_log(put, stored)
        key = command.changes.add().delete.agreement_line
        key.agreement, key.unit, key.service = "A-12", "TSE2321000131-E1", "NFB49"
        received = self.wire.send("apply", "-", request.SerializeToString())
        self.assertEqual(received, command.SerializeToString(deterministic=True), received)

    def test_operations_on_claims_become_the_command_that_the_schema_describes(self):
        request = self.registry.ApplyRequest(
            request_id=bytes.fromhex("019aa0000001700280030405060708ff"))
        command = self.command.Command()
        for changes in request.changes, command.changes:
            take = changes.add(expected_revision=7).claim_take
            take.capacity, take.region, take.reference = "K-1", "14", "Ärende 7"
            changes.add().claim_extend.claim = "7-0"
            changes.add().claim_confirm.claim = "811218-9876"
            changes.add(expected_revision=0).claim_release.claim = "7-1"
            changes.add().capacity_withdraw.capacity = "K-1"
            withdraw = changes.add().capacity_withdraw
            withdraw.capacity, withdraw.over_confirmed = "K-2", True
        request.changes[4].capacity_withdraw.over_confirmed = False
        command.changes[0].claim_take.slots = 1
        command.changes[0].claim_take.hold_seconds = 86400
        command.changes[1].claim_extend.hold_seconds = 86400
        received = self.wire.send("apply", "-", request.SerializeToString())
        self.assertEqual(received, command.SerializeToString(deterministic=True), received)

    def test_a_refusal_is_a_status_with_our_detail(self):
        status = self.status.Status(code=5, message="no service")
        detail = self.errors.ErrorDetail(reason="UNKNOWN_SERVICE", field="service",
                                         change_index=3)
        status.details.add().Pack(detail)
        received = self.wire.send("status", "-", status.SerializeToString())
        self.assertEqual(received, status.SerializeToString())

    def test_golden_records_are_canonical_to_google_as_well(self):
        for line in GOLDEN.read_text().splitlines():
            if line.startswith("#"):
                continue
            form, kind, hexadecimal = line.split()
            golden = bytes.fromhex(hexadecimal)
            message_type = self.entities.Entity if form == "entity" else \
                getattr(self.record, ENTITIES[kind])
            message = message_type.FromString(golden)
            self.assertEqual(message.SerializeToString(deterministic=True), golden, line)
            if form == "entity":
                self.assertEqual(message.WhichOneof("entity"), kind)

    def test_every_field_says_whether_it_is_present(self):
        for module in [*self.public, self.record, self.command]:
            for message in module.DESCRIPTOR.message_types_by_name.values():
                for field in message.fields:
                    self.assertTrue(field.label == field.LABEL_REPEATED or field.has_presence,
                                    field.full_name)

    def test_every_method_has_a_number_of_its_own(self):
        numbers = {}
        for module in self.public:
            for service in module.DESCRIPTOR.services_by_name.values():
                for method in service.methods:
                    number = method.GetOptions().Extensions[self.options.method_number]
                    self.assertNotIn(number, numbers, method.full_name)
                    numbers[number] = method.name
        self.assertEqual(numbers, {
            1: "Match", 2: "MatchBatch", 10: "Get", 11: "List", 12: "SearchServices",
            13: "GetContact", 20: "Apply", 30: "Publish", 31: "Change", 32: "Withdraw",
            33: "Claim", 34: "Extend", 35: "Confirm", 36: "Release", 37: "List",
            38: "ListClaims", 40: "Status"})


if __name__ == "__main__":
    unittest.main()
