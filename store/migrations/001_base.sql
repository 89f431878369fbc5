-- The state of a floor. Times are integer milliseconds UTC (*_at), durations integer milliseconds (*_ms).
-- One text for both engines: <id>, <int>, <blob> and <strict> are macros, and a block between
-- "--only ENGINE" and "--end" is read by that engine alone. See store/migrate.py.

create table rep(
    login text primary key,
    name text not null default '',
    created_at <int> not null,
    -- what the rep brings; lists are words parted by blanks (store/reps.py)
    team text not null default '',
    skills text not null default '',
    languages text not null default '',
    campaigns text not null default ''
) <strict>;

create table import_run(
    id <id>,
    file text not null,
    sha256 text not null,
    started_at <int> not null,
    finished_at <int>,
    by text not null default '',
    total <int> not null default 0,
    added <int> not null default 0,
    joined <int> not null default 0,
    rejected <int> not null default 0,
    unchanged <int> not null default 0,
    details text not null default '{}'
) <strict>;
create index import_run_sha256 on import_run(sha256);

-- due_lead and queue.lead_id point at each other: an open lead has exactly one queue row, any other has none,
-- and neither engine lets a transaction end otherwise.
create table lead(
    id <id>,
    status text not null default 'open' check (status in ('open', 'won', 'refused', 'opted_out')),
    name text not null default '',
    company text not null default '',
    title text not null default '',
    email text check (email <> ''),
    email_bad <int> not null default 0,
    country text not null default '',
    region text not null default '',
    postal_code text not null default '',
    zone text not null default '',
    source text not null default '',
    campaign text not null default '',
    value <int> not null default 0,
    owner text not null default '',
    consent text not null default '',
    notes text not null default '',
    created_at <int> not null,
    arrived_at <int> not null,
    -- where the lead stands in its cadence; what comes next is in queue
    cadence text not null,
    cadence_version <int> not null,
    anchor_at <int> not null,
    calls_done <int> not null default 0,
    mails_done <int> not null default 0,
    voicemails <int> not null default 0,
    last_call_at <int> not null default 0,
    plan_reason text not null default '',
    attempts <int> not null default 0,
    due_lead <int> generated always as (case when status = 'open' then id end) stored unique
--only sqlite
        references queue(lead_id) deferrable initially deferred
--end
) <strict>;
create unique index lead_email on lead(email) where email is not null;
create index lead_owner on lead(owner) where owner <> '';

-- Narrow and hot. due_at is the time of the next action and, while a rep holds the lead, the end of the lease.
create table queue(
    lead_id <int> primary key references lead(due_lead) deferrable initially deferred,
    lane <int> not null,
    due_at <int> not null,
    value <int> not null default 0,
    route text not null default '', -- the campaign whose asks a rep must meet; empty: anybody may call
    owner text check (owner <> ''), -- whose the lead is now: the call's own rep, else the lead's owner
    rep text,
    token <int>,
    prior text, -- who held the lead before rep did and let the lease run out
    call_kind text not null default ''
        check (call_kind in ('', 'step', 'retry', 'callback', 'nurture', 'review')),
    call_step <int> not null default 0,
    call_tries <int> not null default 0,
    call_at <int>,
    call_owner text not null default '',
    mail_step <int> not null default 0,
    mail_template text not null default '',
    mail_at <int>,
    check (call_at is not null or mail_at is not null),
    check ((call_at is null) = (lane = 99)),
    check ((rep is null) = (token is null))
) <strict>;
-- Each branch of the claim (store/ranks.py) reads the front of one range of one of these, in order.
-- Fresh leads are read newest first while they are minutes old, and oldest first when they were missed.
create index queue_pool on queue(route, lane, due_at, value desc, lead_id) where owner is null and lane <> 0;
create index queue_new on queue(route, due_at desc, value desc, lead_id) where owner is null and lane = 0;
create index queue_missed on queue(route, due_at, value desc, lead_id) where owner is null and lane = 0;
create index queue_own on queue(owner, lane, due_at, value desc, lead_id) where owner is not null;
create index queue_left on queue(route, lane, due_at, value desc, lead_id) where owner is not null;
create index queue_mail on queue(mail_at) where mail_at is not null;
create unique index queue_rep on queue(rep) where rep is not null;
--only postgres
alter table lead add constraint lead_due foreign key (due_lead) references queue(lead_id)
    deferrable initially deferred;
alter table queue set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
--end

create table phone(
    id <id>,
    lead_id <int> not null references lead(id),
    e164 text not null check (e164 <> ''),
    kind text not null default '',
    position <int> not null default 0,
    bad <int> not null default 0
) <strict>;
-- With a name and no constraint of the table, here and at inquiry: a large import builds it afterwards.
create unique index phone_number on phone(e164);
create index phone_lead on phone(lead_id, position);

-- Every arrival of a lead, the repeated ones too. ref is the source's own key (file and row, form post):
-- an inquiry that comes twice under one ref is one inquiry. call_at is when its call was due, at once or at the
-- first lawful hour; null: no call, or an inquiry out of a file, which is late before we know of it.
create table inquiry(
    id <id>,
    lead_id <int> not null references lead(id),
    at <int> not null,
    call_at <int>,
    source text not null default '',
    campaign text not null default '',
    import_id <int> references import_run(id),
    ref text
) <strict>;
create unique index inquiry_ref on inquiry(ref);
create index inquiry_lead on inquiry(lead_id, at);

create table shift(
    id <id>,
    rep text not null references rep(login),
    host text not null,
    pid <int> not null,
    in_at <int> not null,
    beat_at <int> not null,
    out_at <int>,
    closed text not null default '',
    check (out_at is null or out_at >= in_at)
) <strict>;
create unique index shift_live on shift(rep) where out_at is null;
create index shift_in on shift(in_at);

-- Only beginnings are stored, so the spans of a shift cannot overlap, leave a gap, or miss the clock.
create table shift_state(
    shift_id <int> not null references shift(id),
    n <int> not null,
    at <int> not null,
    state text not null,
    reason text not null default '',
    primary key (shift_id, n)
) <strict>;

create view span as
    select s.id as shift_id, s.rep as rep, c.n as n, c.state as state, c.reason as reason, c.at as from_at,
        coalesce(lead(c.at) over (partition by c.shift_id order by c.n), s.out_at) as to_at
    from shift_state c join shift s on s.id = c.shift_id;

create table attempt(
    id <id>,
    token <int> not null unique,
    lead_id <int> references lead(id),
    phone_id <int> references phone(id),
    e164 text not null,
    rep text not null,
    shift_id <int> references shift(id),
    campaign text not null default '',
    source text not null default '',
    cadence text not null default '',
    cadence_version <int> not null default 0,
    call_kind text not null default '',
    step <int> not null default 0,
    lane <int> not null default 0,
    planned_at <int>,
    caller_id text not null default '',
    allowed <int> not null,
    rules_version text not null,
    decision text not null,
    opened_at <int> not null,
    sip_call_id text not null default '',
    invited_at <int>,
    ringing_at <int>,
    answered_at <int>,
    ended_at <int>,
    ring_ms <int> not null default 0,
    talk_ms <int> not null default 0,
    result text check (result in ('answered', 'no_answer', 'busy', 'declined', 'invalid', 'blocked', 'failed',
        'interrupted')),
    sip_code <int> not null default 0,
    q850 <int> not null default 0,
    reason text not null default '',
    ended_by text not null default '',
    disposition text check (disposition <> ''),
    disposed_at <int>,
    disposed_by text not null default '',
    callback_at <int>,
    note text not null default '',
    plan_before text,
    check ((result is null) = (ended_at is null)),
    check ((disposition is null) = (disposed_at is null)),
    check (disposition is null or ended_at is not null)
) <strict>;
create index attempt_lead on attempt(lead_id, id);
create index attempt_number on attempt(e164, opened_at);
create index attempt_rep on attempt(rep, opened_at);
create index attempt_time on attempt(opened_at);
-- Attempts that the plan does not know of yet: in progress, or waiting for their disposition.
create index attempt_open on attempt(rep) where plan_before is null;

-- A disposition taken back. The row is the licence without which attempt.disposition cannot change.
create table reversal(
    id <id>,
    attempt_id <int> not null references attempt(id),
    disposition text not null,
    disposed_at <int> not null,
    at <int> not null,
    rep text not null
) <strict>;
create index reversal_attempt on reversal(attempt_id);

create table callback(
    id <id>,
    lead_id <int> not null references lead(id),
    rep text not null,
    agreed_at <int> not null,
    due_at <int> not null,
    settled_at <int>,
    settled text not null default '' check (settled in ('', 'kept', 'moved', 'cancelled')),
    kept_by <int> references attempt(id),
    check ((settled = '') = (settled_at is null))
) <strict>;
create index callback_open on callback(due_at) where settled_at is null;
create unique index callback_lead on callback(lead_id) where settled_at is null;
create index callback_promises on callback(lead_id, due_at);

create table note(
    id <id>,
    lead_id <int> not null references lead(id),
    attempt_id <int> references attempt(id),
    rep text not null,
    at <int> not null,
    text text not null
) <strict>;
create index note_lead on note(lead_id, at);

-- anchor_at and step name one mail of one run through a cadence: it exists once, so it is sent at most once.
create table outbox(
    id <id>,
    lead_id <int> not null references lead(id),
    anchor_at <int> not null,
    step <int> not null,
    template text not null,
    address text not null,
    subject text not null,
    text text not null,
    html text,
    message_id text not null unique,
    state text not null check (state in ('ready', 'sending', 'sent', 'failed', 'cancelled', 'uncertain')),
    due_at <int> not null,
    staged_at <int> not null,
    tries <int> not null default 0,
    host text not null default '',
    pid <int> not null default 0,
    taken_at <int>,
    settled_at <int>,
    reply text not null default '',
    unique (lead_id, anchor_at, step)
) <strict>;
create index outbox_due on outbox(due_at) where state = 'ready';
create index outbox_open on outbox(state) where state in ('sending', 'uncertain');

create table suppression(
    id <id>,
    value text not null,
    kind text not null check (kind in ('phone', 'email', 'domain')),
    added_at <int> not null,
    added_by text not null,
    why text not null,
    removed_at <int>,
    removed_by text not null default '',
    removed_why text not null default ''
) <strict>;
create unique index suppression_now on suppression(value) where removed_at is null;
create index suppression_value on suppression(value);

create table event(
    seq <int> primary key,
    at <int> not null,
    kind text not null,
    rep text not null,
    lead_id <int>,
    attempt_id <int>,
    body text not null,
    hash <blob> not null
) <strict>;
create index event_lead on event(lead_id, seq) where lead_id is not null;

create table chain(
    id <int> primary key check (id = 1),
    seq <int> not null,
    hash <blob> not null
) <strict>;
insert into chain(id, seq, hash) values (1, 0, <empty>);

--only sqlite
create trigger event_keep_update before update on event
    begin select raise(abort, 'the event log is append-only'); end;
create trigger event_keep_delete before delete on event
    begin select raise(abort, 'the event log is append-only'); end;
create trigger event_keep_insert before insert on event
    when new.seq <= (select coalesce(max(seq), 0) from event)
    begin select raise(abort, 'the event log is append-only'); end;

create trigger attempt_keep_delete before delete on attempt
    begin select raise(abort, 'an attempt is never deleted'); end;
create trigger attempt_keep_insert before insert on attempt
    when new.id <= (select coalesce(max(id), 0) from attempt) and new.id > 0
    begin select raise(abort, 'an attempt is never replaced'); end;
create trigger attempt_keep_facts before update on attempt
    when (new.id, new.token, new.lead_id, new.phone_id, new.e164, new.rep, new.shift_id, new.campaign, new.source,
            new.cadence, new.cadence_version, new.call_kind, new.step, new.lane, new.planned_at, new.caller_id,
            new.allowed, new.rules_version, new.decision, new.opened_at)
        is not (old.id, old.token, old.lead_id, old.phone_id, old.e164, old.rep, old.shift_id, old.campaign,
            old.source, old.cadence, old.cadence_version, old.call_kind, old.step, old.lane, old.planned_at,
            old.caller_id, old.allowed, old.rules_version, old.decision, old.opened_at)
    begin select raise(abort, 'what an attempt was opened with never changes'); end;
create trigger attempt_keep_instants before update on attempt
    when (old.invited_at is not null and new.invited_at is not old.invited_at)
        or (old.ringing_at is not null and new.ringing_at is not old.ringing_at)
        or (old.answered_at is not null and new.answered_at is not old.answered_at)
        or (old.ended_at is not null
            and (new.sip_call_id, new.invited_at, new.ringing_at, new.answered_at, new.ended_at, new.ring_ms,
                new.talk_ms, new.result, new.sip_code, new.q850, new.reason, new.ended_by)
            is not (old.sip_call_id, old.invited_at, old.ringing_at, old.answered_at, old.ended_at, old.ring_ms,
                old.talk_ms, old.result, old.sip_code, old.q850, old.reason, old.ended_by))
    begin select raise(abort, 'the times and the result of an attempt are written once'); end;
create trigger attempt_keep_disposition before update on attempt
    when old.disposition is not null
        and (new.disposition, new.disposed_at, new.disposed_by, new.callback_at, new.note, new.plan_before)
            is not (old.disposition, old.disposed_at, old.disposed_by, old.callback_at, old.note, old.plan_before)
        and not exists (select 1 from reversal r where r.attempt_id = old.id
            and r.disposition = old.disposition and r.disposed_at = old.disposed_at)
    begin select raise(abort, 'a disposition changes only through its reversal'); end;
create trigger reversal_keep_update before update on reversal
    begin select raise(abort, 'a reversal is never changed'); end;
create trigger reversal_keep_delete before delete on reversal
    begin select raise(abort, 'a reversal is never deleted'); end;
create trigger shift_state_keep_update before update on shift_state
    begin select raise(abort, 'the states of a shift are append-only'); end;
create trigger shift_state_keep_delete before delete on shift_state
    begin select raise(abort, 'the states of a shift are append-only'); end;
--end
--only postgres
create function refuse() returns trigger language plpgsql as $$
begin
    raise exception '%', tg_argv[0] using errcode = 'integrity_constraint_violation';
end $$;
create trigger event_keep before update or delete or truncate on event
    for each statement execute function refuse('the event log is append-only');
create trigger attempt_keep_delete before delete or truncate on attempt
    for each statement execute function refuse('an attempt is never deleted');
create trigger reversal_keep before update or delete or truncate on reversal
    for each statement execute function refuse('a reversal is never changed');
create trigger shift_state_keep before update or delete or truncate on shift_state
    for each statement execute function refuse('the states of a shift are append-only');
create trigger attempt_keep_facts before update on attempt for each row
    when ((new.id, new.token, new.lead_id, new.phone_id, new.e164, new.rep, new.shift_id, new.campaign, new.source,
            new.cadence, new.cadence_version, new.call_kind, new.step, new.lane, new.planned_at, new.caller_id,
            new.allowed, new.rules_version, new.decision, new.opened_at)
        is distinct from (old.id, old.token, old.lead_id, old.phone_id, old.e164, old.rep, old.shift_id,
            old.campaign, old.source, old.cadence, old.cadence_version, old.call_kind, old.step, old.lane,
            old.planned_at, old.caller_id, old.allowed, old.rules_version, old.decision, old.opened_at))
    execute function refuse('what an attempt was opened with never changes');
create trigger attempt_keep_instants before update on attempt for each row
    when ((old.invited_at is not null and new.invited_at is distinct from old.invited_at)
        or (old.ringing_at is not null and new.ringing_at is distinct from old.ringing_at)
        or (old.answered_at is not null and new.answered_at is distinct from old.answered_at)
        or (old.ended_at is not null
            and (new.sip_call_id, new.invited_at, new.ringing_at, new.answered_at, new.ended_at, new.ring_ms,
                new.talk_ms, new.result, new.sip_code, new.q850, new.reason, new.ended_by)
            is distinct from (old.sip_call_id, old.invited_at, old.ringing_at, old.answered_at, old.ended_at,
                old.ring_ms, old.talk_ms, old.result, old.sip_code, old.q850, old.reason, old.ended_by)))
    execute function refuse('the times and the result of an attempt are written once');
create function keep_disposition() returns trigger language plpgsql as $$
begin
    if not exists (select 1 from reversal r where r.attempt_id = old.id
            and r.disposition = old.disposition and r.disposed_at = old.disposed_at) then
        raise exception 'a disposition changes only through its reversal'
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create trigger attempt_keep_disposition before update on attempt for each row
    when (old.disposition is not null
        and (new.disposition, new.disposed_at, new.disposed_by, new.callback_at, new.note, new.plan_before)
            is distinct from (old.disposition, old.disposed_at, old.disposed_by, old.callback_at, old.note,
                old.plan_before))
    execute function keep_disposition();
--end

-- Words of a lead, for search. On SQLite an index of its own that is filled in slices after the fact
-- (store/search.py), so that arrival and import do not pay for it.
--only sqlite
create virtual table lead_words using fts5(name, company, email, tokenize = "unicode61 remove_diacritics 2");
create trigger lead_words_update after update of name, company, email on lead
    begin
        update lead_words set name = new.name, company = new.company, email = coalesce(new.email, '')
        where rowid = new.id;
    end;
--end
--only postgres
create index lead_words on lead using gin (
    to_tsvector('simple', translate(name || ' ' || company || ' ' || coalesce(email, ''), '@.-_+', '     ')));
--end
