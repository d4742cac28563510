"""The second guard against overselling: the database itself refuses a seat that is not there.

Whatever program writes, a registration that becomes seated, or grows while seated, is refused where the lunch has no
room for it. A lunch that is over its capacity because the capacity was lowered keeps everybody.
"""

from alembic import op

_SQLITE = """
create trigger registration_{verb}_guard before {event} on registration
when new.status = 'seated' {grows}
begin
  select raise(abort, 'no seat left at this lunch')
  where new.seats + (
    select coalesce(sum(seats), 0) from registration
    where event_id = new.event_id and status = 'seated' and id is not new.id
  ) > (select capacity from event where id = new.event_id);
end
"""
_SQLITE_GROWS = "and (old.status != 'seated' or new.seats > old.seats or new.event_id != old.event_id)"
_POSTGRESQL = """
create or replace function registration_guard() returns trigger language plpgsql as $$
declare room integer;
begin
  if new.status <> 'seated' then return new; end if;
  if tg_op = 'UPDATE' then
    if old.status = 'seated' and new.seats <= old.seats and new.event_id = old.event_id then return new; end if;
  end if;
  select capacity into room from event where id = new.event_id for update;
  if new.seats + (
    select coalesce(sum(seats), 0) from registration
    where event_id = new.event_id and status = 'seated' and id is distinct from new.id
  ) > room then
    raise exception 'no seat left at this lunch' using errcode = 'check_violation';
  end if;
  return new;
end $$;
drop trigger if exists registration_guard on registration;
create trigger registration_guard before insert or update on registration
for each row execute function registration_guard();
"""


def guard_seats() -> None:
    """Install the guard in the database that is being migrated, in the place of an earlier one."""
    if op.get_bind().dialect.name == "sqlite":
        for verb, grows in (("insert", ""), ("update", _SQLITE_GROWS)):
            op.execute(f"drop trigger if exists registration_{verb}_guard")
            op.execute(_SQLITE.format(verb=verb, event=verb, grows=grows))
    else:
        op.execute(_POSTGRESQL)
