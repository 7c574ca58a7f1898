"""Reads protobuf messages from their bytes, so that what was told is judged by what stands in the
outbox alone: fields by their numbers, as proto/dacheng/{workflow,notify}/v1 have them."""
import collections


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """{number: [values]}: integers, or bytes of texts and messages."""
    found, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
            if len(value) != size:
                raise ValueError("a field ends too early")
        else:
            raise ValueError(f"wire type {kind} is not used in these messages")
        found.setdefault(tag >> 3, []).append(value)
    return found


def number(message, field):
    return message.get(field, [0])[-1]


def numbers(message, field):
    """Of a repeated one, which comes packed."""
    packed, found, at = b"".join(message.get(field, [])), [], 0
    while at < len(packed):
        value, at = varint(packed, at)
        found.append(value)
    return found


def text(message, field):
    return message.get(field, [b""])[-1].decode()


# --- workflow.v1 -------------------------------------------------------------------------------------
class Seat:
    OPEN = 2
    DELEGATION, TRANSFER = 2, 3  # how it is held

    def __init__(self, data):
        message = fields(data)
        self.number, self.owner, self.holder = (number(message, n) for n in (1, 2, 4))
        self.held_by, self.state, self.rung = (number(message, n) for n in (6, 7, 14))


class Task:
    OPEN = 1
    SEQUENCE = 4  # a mode

    def __init__(self, data):
        message = fields(data)
        self.id, self.state, self.mode, self.version = (number(message, n) for n in (1, 12, 13, 21))
        self.seats = [Seat(seat) for seat in message.get(14, [])]

    def open_seats(self):
        return [s for s in self.seats if self.state == Task.OPEN and s.state == Seat.OPEN and s.holder]


MAIL, SMS = 2, 3  # channels, in notify.v1 too


class TasksEvent:
    """TasksOpened, TasksReminded, TasksEscalated, TasksHandedOver, TasksDecided, TasksCancelled."""

    def __init__(self, kind, body):
        message = fields(body)
        self.kind = kind
        self.tasks = [Task(task) for task in message.get(1, [])]
        self.channels = numbers(message, 2) if kind in ("TasksOpened", "TasksReminded", "TasksEscalated") else []
        self.step = number(message, 3)  # of reminders and rungs
        self.owner_untold = kind == "TasksEscalated" and bool(number(message, 4))
        self.cause = text(message, 5) if kind == "TasksReminded" else ""


Cycle = collections.namedtuple("Cycle", "id state author_person_id")


def cycle_of(body):
    """Of CycleChanged."""
    message = fields(fields(body)[1][0])
    return Cycle(number(message, 1), number(message, 7), number(message, 11))


# --- notify.v1 ---------------------------------------------------------------------------------------
def deliveries_of(body):
    """The ids in MessagesSent."""
    return [number(fields(sent), 1) for sent in fields(body).get(1, [])]
