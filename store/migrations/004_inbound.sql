-- Calls that come in, second lines, transfers, the quality of the sound, and what was said of a recording.

alter table attempt add column direction text not null default 'out' check (direction in ('out', 'in'));
-- Of the sound that came; packets 0: nothing is known of it.
alter table attempt add column packets <int> not null default 0;
alter table attempt add column lost <int> not null default 0;
alter table attempt add column jitter_ms <int> not null default 0;
alter table attempt add column quality text not null default '';
alter table attempt add column transferred_to text not null default '';
-- 1: the disposition recorded itself; disposed_by is the rep at whose desk it did.
alter table attempt add column automatic <int> not null default 0;
-- A call that came in is one attempt, however often its answer is told.
create unique index attempt_inbound on attempt(sip_call_id) where direction = 'in' and sip_call_id <> '';

alter table recording add column announced_at <int>;
alter table recording add column objected_at <int>;

-- When they called and nobody answered, while that call is to be returned; and the agreed callback behind it.
alter table lead add column called_us_at <int> not null default 0;
alter table lead add column promised_at <int>;
alter table lead add column promised_to text not null default '';

-- A call that rang and was not answered; of no lead where it told no number that can be called.
create table missed_call(
    id <id>,
    sip_call_id text not null,
    number text not null,
    lead_id <int> references lead(id),
    rep text not null,
    at <int> not null,
    why text not null
) <strict>;
create unique index missed_call_sip on missed_call(sip_call_id) where sip_call_id <> '';
create index missed_call_lead on missed_call(lead_id, at);

create index note_attempt on note(attempt_id) where attempt_id is not null;

-- What earlier programs told in the log only.
--only sqlite
drop trigger attempt_keep_facts;
drop trigger attempt_keep_instants;
drop trigger attempt_keep_disposition;
update attempt set packets = json_extract(e.body, '$.packets'), lost = json_extract(e.body, '$.lost'),
        jitter_ms = json_extract(e.body, '$.jitter_ms'), quality = json_extract(e.body, '$.quality')
    from event e
    where e.attempt_id = attempt.id and e.kind = 'attempt.ended' and json_extract(e.body, '$.packets') > 0;
update attempt set automatic = 1
    from event e
    where e.attempt_id = attempt.id and e.kind = 'attempt.disposed' and json_extract(e.body, '$.automatic')
        and attempt.disposition = json_extract(e.body, '$.disposition')
        and attempt.disposed_at = json_extract(e.body, '$.disposed_at');
create trigger attempt_keep_facts before update on attempt
    when (new.id, new.token, new.lead_id, new.phone_id, new.e164, new.rep, new.shift_id, new.campaign, new.source,
            new.cadence, new.cadence_version, new.call_kind, new.step, new.lane, new.planned_at, new.caller_id,
            new.allowed, new.rules_version, new.decision, new.opened_at, new.direction)
        is not (old.id, old.token, old.lead_id, old.phone_id, old.e164, old.rep, old.shift_id, old.campaign,
            old.source, old.cadence, old.cadence_version, old.call_kind, old.step, old.lane, old.planned_at,
            old.caller_id, old.allowed, old.rules_version, old.decision, old.opened_at, old.direction)
    begin select raise(abort, 'what an attempt was opened with never changes'); end;
create trigger attempt_keep_instants before update on attempt
    when (old.invited_at is not null and new.invited_at is not old.invited_at)
        or (old.ringing_at is not null and new.ringing_at is not old.ringing_at)
        or (old.answered_at is not null and new.answered_at is not old.answered_at)
        or (old.transferred_to <> '' and new.transferred_to <> old.transferred_to)
        or (old.ended_at is not null
            and (new.sip_call_id, new.invited_at, new.ringing_at, new.answered_at, new.ended_at, new.ring_ms,
                new.talk_ms, new.result, new.sip_code, new.q850, new.reason, new.ended_by, new.packets, new.lost,
                new.jitter_ms, new.quality)
            is not (old.sip_call_id, old.invited_at, old.ringing_at, old.answered_at, old.ended_at, old.ring_ms,
                old.talk_ms, old.result, old.sip_code, old.q850, old.reason, old.ended_by, old.packets, old.lost,
                old.jitter_ms, old.quality))
    begin select raise(abort, 'the times and the result of an attempt are written once'); end;
create trigger attempt_keep_disposition before update on attempt
    when old.disposition is not null
        and (new.disposition, new.disposed_at, new.disposed_by, new.callback_at, new.note, new.plan_before,
                new.automatic)
            is not (old.disposition, old.disposed_at, old.disposed_by, old.callback_at, old.note, old.plan_before,
                old.automatic)
        and not exists (select 1 from reversal r where r.attempt_id = old.id
            and r.disposition = old.disposition and r.disposed_at = old.disposed_at)
    begin select raise(abort, 'a disposition changes only through its reversal'); end;
create trigger missed_call_keep_update before update on missed_call
    begin select raise(abort, 'a missed call is never changed'); end;
create trigger missed_call_keep_delete before delete on missed_call
    begin select raise(abort, 'a missed call is never deleted'); end;
--end
--only postgres
drop trigger attempt_keep_facts on attempt;
drop trigger attempt_keep_instants on attempt;
drop trigger attempt_keep_disposition on attempt;
update attempt set packets = (e.body::jsonb->>'packets')::bigint, lost = (e.body::jsonb->>'lost')::bigint,
        jitter_ms = (e.body::jsonb->>'jitter_ms')::bigint, quality = e.body::jsonb->>'quality'
    from event e
    where e.attempt_id = attempt.id and e.kind = 'attempt.ended' and (e.body::jsonb->>'packets')::bigint > 0;
update attempt set automatic = 1
    from event e
    where e.attempt_id = attempt.id and e.kind = 'attempt.disposed' and (e.body::jsonb->>'automatic')::boolean
        and attempt.disposition = e.body::jsonb->>'disposition'
        and attempt.disposed_at = (e.body::jsonb->>'disposed_at')::bigint;
create trigger attempt_keep_facts before update on attempt for each row
    when ((new.id, new.token, new.lead_id, new.phone_id, new.e164, new.rep, new.shift_id, new.campaign, new.source,
            new.cadence, new.cadence_version, new.call_kind, new.step, new.lane, new.planned_at, new.caller_id,
            new.allowed, new.rules_version, new.decision, new.opened_at, new.direction)
        is distinct from (old.id, old.token, old.lead_id, old.phone_id, old.e164, old.rep, old.shift_id,
            old.campaign, old.source, old.cadence, old.cadence_version, old.call_kind, old.step, old.lane,
            old.planned_at, old.caller_id, old.allowed, old.rules_version, old.decision, old.opened_at,
            old.direction))
    execute function refuse('what an attempt was opened with never changes');
create trigger attempt_keep_instants before update on attempt for each row
    when ((old.invited_at is not null and new.invited_at is distinct from old.invited_at)
        or (old.ringing_at is not null and new.ringing_at is distinct from old.ringing_at)
        or (old.answered_at is not null and new.answered_at is distinct from old.answered_at)
        or (old.transferred_to <> '' and new.transferred_to <> old.transferred_to)
        or (old.ended_at is not null
            and (new.sip_call_id, new.invited_at, new.ringing_at, new.answered_at, new.ended_at, new.ring_ms,
                new.talk_ms, new.result, new.sip_code, new.q850, new.reason, new.ended_by, new.packets, new.lost,
                new.jitter_ms, new.quality)
            is distinct from (old.sip_call_id, old.invited_at, old.ringing_at, old.answered_at, old.ended_at,
                old.ring_ms, old.talk_ms, old.result, old.sip_code, old.q850, old.reason, old.ended_by,
                old.packets, old.lost, old.jitter_ms, old.quality)))
    execute function refuse('the times and the result of an attempt are written once');
create trigger attempt_keep_disposition before update on attempt for each row
    when (old.disposition is not null
        and (new.disposition, new.disposed_at, new.disposed_by, new.callback_at, new.note, new.plan_before,
                new.automatic)
            is distinct from (old.disposition, old.disposed_at, old.disposed_by, old.callback_at, old.note,
                old.plan_before, old.automatic))
    execute function keep_disposition();
create trigger missed_call_keep before update or delete or truncate on missed_call
    for each statement execute function refuse('a missed call is never changed');
--end
