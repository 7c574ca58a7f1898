"""Every message has a cause and every cause its message, none is doubled beyond what
services/notify/README.md states: notices and deliveries by the tables of notify, against what workflow
told, and against what mail and SMS servers were handed."""
import collections
import email.header
import re

from process_state import CYCLE_CLOSED
from wire import MAIL, SMS, Seat, Task, deliveries_of

OURS = ("task", "remind", "urge", "cycle")          # what causes begin with that workflow tells
OTHERS = ("adjustment", "plan", "run", "proposal", "check_in", "objection", "result")  # and goals, ingest, scoring


class MessageChecker:
    def __init__(self, state, mail, sms, find, counts):
        self.state, self.mail, self.sms, self.find, self.counts = state, mail, sms, find, counts

    def checks(self):
        return (self.notices, self.gathered, self.told_once, self.mails, self.sent_again, self.texts)

    # --- notices -------------------------------------------------------------------------------------
    def causes(self):
        """{(person, cause): channels} of every notice that has to be."""
        wanted = {}
        for event in self.state.events:
            for task in event.tasks:
                for seat in task.open_seats():
                    if event.kind == "TasksOpened":
                        turn = f"/{task.version}" if task.mode == Task.SEQUENCE else ""
                        wanted.setdefault((seat.holder, f"task/{task.id}/open/{seat.number}/{seat.holder}{turn}"), event.channels)
                    elif event.kind == "TasksReminded":
                        wanted.setdefault((seat.holder, f"{event.cause}/{task.id}"), event.channels)
                    elif event.kind == "TasksEscalated" and seat.rung == event.step:
                        cause = f"task/{task.id}/rung/{event.step}/{task.version}"
                        wanted.setdefault((seat.holder, cause), event.channels)
                        if not event.owner_untold and seat.owner not in (0, seat.holder):
                            wanted.setdefault((seat.owner, cause + "/told"), event.channels)
                    elif event.kind == "TasksHandedOver" and (len(task.seats) == 1 or seat.held_by in (Seat.DELEGATION, Seat.TRANSFER)):
                        version = task.version if len(task.seats) == 1 else 0
                        wanted.setdefault((seat.holder, f"task/{task.id}/handed/{seat.number}/{seat.holder}/{version}"), [MAIL])
        wanted.update(((cycle.author_person_id, f"cycle/{cycle.id}/closed"), [MAIL]) for cycle in self.state.cycles_told
                      if cycle.state == CYCLE_CLOSED and cycle.author_person_id)
        return wanted

    def notices(self):
        """One notice for each person and cause that workflow told, and none beside."""
        kept = collections.Counter()
        for row in self.state.rows("SELECT person_id, cause FROM notify.notice"):
            kind = row["cause"].split("/")[0]
            if kind in OURS:
                kept[row["person_id"], row["cause"]] += 1
            elif kind not in OTHERS:
                self.find("causeless", f"notice: of {row['person_id']}, nobody tells of {row['cause']}")
        wanted = self.causes()
        for person, cause in set(wanted) - set(kept):
            self.find("lost", f"notice: of {cause} for {person}")
        for (person, cause), times in kept.items():
            if (person, cause) not in wanted:
                self.find("causeless", f"notice: of {person}, {cause} is in no event")
            elif times > 1:
                self.find("duplicated", f"notice: of {cause} for {person} is there {times} times")
        self.counts["notices"] = len(kept)

    # --- messages ------------------------------------------------------------------------------------
    def gathered(self):
        """A notice goes into one message of each channel that its cause asks for."""
        for row in self.state.rows("""
                SELECT d.channel, n.id, count(*) AS times FROM notify.delivery d, unnest(d.notices) AS n (id)
                GROUP BY 1, 2 HAVING count(*) > 1"""):
            self.find("duplicated", f"message: notice {row['id']} goes out {row['times']} times by channel {row['channel']}")
        inside = {(row["person_id"], row["cause"], row["channel"]) for row in self.state.rows("""
            SELECT n.person_id, n.cause, d.channel FROM notify.delivery d, unnest(d.notices) AS i (id), notify.notice n
            WHERE n.tenant_id = d.tenant_id AND n.id = i.id""")}
        # A message lists the first fifty of its notices: whose do not all fit is left out.
        unlisted = {(row["person_id"], row["channel"]) for row in self.state.rows(
            "SELECT DISTINCT person_id, channel FROM notify.delivery WHERE count > cardinality(notices)")}
        unlisted |= {(row["person_id"], channel) for row in self.state.rows("SELECT person_id, email, mobile FROM notify.org_person")
                     for channel, address in ((MAIL, "email"), (SMS, "mobile")) if not row[address]}
        for (person, cause), channels in self.causes().items():
            for channel in {MAIL, SMS}.intersection(channels):
                if (person, channel) not in unlisted:
                    self.counts["addressed"] += 1
                    if (person, cause, channel) not in inside:
                        self.find("lost", f"message: {cause} for {person} is in none of channel {channel}")

    def told_once(self):
        """That a message was sent is told once: two who sent it at a time, the lease of one of which was
        over, do not both write so."""
        told = collections.Counter()
        for row in self.state.rows("SELECT tenant_id, encode(body, 'hex') AS body FROM notify.outbox WHERE type = 'MessagesSent'"):
            told.update((row["tenant_id"], delivery) for delivery in deliveries_of(bytes.fromhex(row["body"])))
        sent = {(row["tenant_id"], row["id"]) for row in self.state.rows("SELECT tenant_id, id FROM notify.delivery WHERE state = 'sent'")}
        for key in sent | set(told):
            if told[key] != 1 or key not in sent:
                self.find("duplicated" if told[key] > 1 else "lost",
                          f"message: {key} was told as sent {told[key]} times, is {'' if key in sent else 'not '}noted so")

    def arrived(self, channel, name, came):
        """What is noted as sent has come; what has come is a message of ours, under its own id, at most
        once for each attempt that somebody began: again only where he died, or the connection broke,
        before the answer was written down."""
        rows = {(row["tenant_id"], row["id"]): row for row in self.state.rows(
            f"SELECT tenant_id, id, state, attempts FROM notify.delivery WHERE channel = {channel}")}
        for key, row in rows.items():
            if row["state"] == "sent" and not came[key]:
                self.find("lost", f"message: {name} {key} is noted as sent, and did not come")
            elif came[key] > row["attempts"]:
                self.find("duplicated", f"message: {name} {key} came {came[key]} times in {row['attempts']} attempts")
        for key in set(came) - set(rows):
            self.find("causeless", f"message: {name} {key} came, and is none of ours")
        self.counts[name] = len(came)
        self.counts[name + "_again"] = sum(came.values()) - len(came)

    def mails(self):
        came = [delivery_of(message.strip("<>").split("@")[0]) for _, message, _ in list(self.mail.messages)]
        self.arrived(MAIL, "mail", collections.Counter(came))
        for to in self.mail.broken:
            self.find("diverged", f"message: what came for {to} was no whole mail")

    def texts(self):
        # Of a request that was cut off libcurl may make another one by itself, in the same attempt.
        came = [delivery_of(request["query"]["OutId"]) for request in self.sms.requests() if request["mode"] != "cut"]
        self.arrived(SMS, "sms", collections.Counter(came))

    def sent_again(self):
        """A mail that came again under its id went to the same one. It may tell of fewer notices, those
        that have become moot being left out, but never of more: nobody would see these."""
        first = {}
        for to, message, subject in list(self.mail.messages):
            words = str(email.header.make_header(email.header.decode_header(subject)))
            many = int((re.match("[0-9]+", words) or ["1"])[0])
            before = first.setdefault(message, (to, many))
            if before[0] != to or many > before[1]:
                self.find("diverged", f"message: mail {message} went to {before[0]} with {before[1]}, again to {to} with {many}")
            first[message] = (to, many)


def delivery_of(name):
    """(tenant, delivery) of dacheng.<tenant>.<delivery>"""
    word, tenant, delivery = name.split(".")
    if word != "dacheng":
        raise ValueError(name)
    return int(tenant), int(delivery)
