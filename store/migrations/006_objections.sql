-- What was said of recordings where it is asked for, which of their files must go, and what rang only as long as
-- anybody may tell of it.

-- When they said that they do not want to be recorded, whether or not anything had been recorded yet.
alter table attempt add column objected_at <int>;
create index attempt_objected on attempt(objected_at) where objected_at is not null;

-- How they were to be told of it: by the notice, or by the rep. Empty: they need not be, or an earlier program made it.
alter table recording add column told_by text not null default '' check (told_by in ('', 'notice', 'rep'));
-- 1: its file is to go from its machine, and is perhaps still there.
alter table recording add column unwanted <int> not null default 0;
create index recording_unwanted on recording(host) where unwanted = 1;
create index recording_untold on recording(host, settled_at)
    where state = 'kept' and told_by = 'notice' and announced_at is null;

create index event_refused on event(attempt_id) where kind = 'attempt.transfer_refused';

create index ringing_call_over on ringing_call(over_at) where over_at is not null;

-- What earlier programs told in the log only; told twice, the first word stands.
--only sqlite
update attempt set objected_at = json_extract(told.body, '$.objected_at')
    from (select attempt_id, min(seq) as seq from event where kind = 'recording.objected' group by attempt_id) f
        join event told on told.seq = f.seq
    where f.attempt_id = attempt.id;
--end
--only postgres
update attempt set objected_at = (told.body::jsonb->>'objected_at')::bigint
    from (select attempt_id, min(seq) as seq from event where kind = 'recording.objected' group by attempt_id) f
        join event told on told.seq = f.seq
    where f.attempt_id = attempt.id;
--end
update recording set unwanted = 1 where objected_at is not null;

--only sqlite
create trigger attempt_keep_objection before update on attempt
    when old.objected_at is not null and new.objected_at is not old.objected_at
    begin select raise(abort, 'that they objected is written once'); end;
--end
--only postgres
create trigger attempt_keep_objection before update on attempt for each row
    when (old.objected_at is not null and new.objected_at is distinct from old.objected_at)
    execute function refuse('that they objected is written once');
--end
