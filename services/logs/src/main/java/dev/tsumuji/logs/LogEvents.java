package dev.tsumuji.logs;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.logs.pattern.FilterPattern;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilterLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilterLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsResponse;

/**
 * Writes and reads log events. Thread-safe: all state is in the store.
 *
 * <p>A batch is one commit of its events, the stream's time of ingestion, two counters and what subscriptions are told. It reads
 * the group with its subscriptions and the stream, so a batch never lands in a deleted one; it writes nothing that another batch
 * reads, so writers never make each other repeat. A reader sees a batch as soon as it is acknowledged.
 *
 * <p>Readers touch only the events between the two times that they ask for. An event counts as deleted from the
 * millisecond in which its retention ends, whether {@link Retention} has removed it yet or not.
 */
final class LogEvents {
    /** Messages held while many streams are merged; what is larger is read again when its turn comes. */
    private static final int HELD_MAX_BYTES = 32 << 20;

    private final Kv kv;
    private final LogGroups groups;
    private final LogStreams streams;
    private final Retention retention;
    private final Subscriptions subscriptions;

    LogEvents(Kv kv, LogGroups groups, LogStreams streams, Retention retention, Subscriptions subscriptions) {
        this.kv = kv;
        this.groups = groups;
        this.streams = streams;
        this.retention = retention;
        this.subscriptions = subscriptions;
    }

    PutLogEventsResponse put(PutLogEventsRequest request) {
        var batch = Batch.of(request.logEvents());
        var now = Call.current().time();
        var accepted = kv.transact(txn -> {
            var group = groups.require(txn, request.logGroupName());
            var stream = streams.require(txn, group, request.logStreamName());
            var part = batch.accept(now, group.expiredBefore(now));
            if (part.from() < part.to()) {
                write(txn, group, stream, batch, part, now.toEpochMilli());
                subscriptions.written(txn, group, request.logStreamName(), batch, part);
                if (group.retentionDays() != null) {
                    txn.afterCommit(retention::wake);
                }
            }
            return part;
        });
        return PutLogEventsResponse.builder()
                .nextSequenceToken(LogStreams.SEQUENCE_TOKEN)
                .rejectedLogEventsInfo(accepted.rejected())
                .build();
    }

    private static void write(Txn txn, Group group, Stream stream, Batch batch, Batch.Accepted part, long now) {
        var events = LogsKeys.events(group.id(), stream.id());
        long total = 0;
        long ofDay = 0;
        for (int i = part.from(); i < part.to(); i++) {
            var message = batch.messages()[i];
            txn.putStamped(LogsKeys.eventAt(events, batch.timestamps()[i]), new byte[0], Event.encode(now, message));
            total += Batch.size(message);
            ofDay += Batch.size(message);
            long day = TimeUnit.MILLISECONDS.toDays(batch.timestamps()[i]);
            if (i + 1 == part.to() || TimeUnit.MILLISECONDS.toDays(batch.timestamps()[i + 1]) != day) {
                txn.add(LogsKeys.bytes(group.id(), stream.id(), day), ofDay);
                ofDay = 0;
            }
        }
        txn.add(LogsKeys.bytes(group.id()), total);
        txn.put(
                LogsKeys.ingested(group.id(), stream.id()),
                ByteBuffer.allocate(Long.BYTES).putLong(now).array());
    }

    GetLogEventsResponse get(GetLogEventsRequest request) {
        var groupName = LogGroups.name(request.logGroupName(), request.logGroupIdentifier());
        var token = request.nextToken() == null ? null : EventsToken.parse(request.nextToken());
        boolean forward = token == null ? Boolean.TRUE.equals(request.startFromHead()) : token.forward();
        int limit = LogsLimits.page(request.limit(), LogsLimits.PAGE_EVENTS_MAX);
        return kv.read(snapshot -> {
            var group = groups.require(snapshot, groupName);
            var stream = streams.require(snapshot, group, request.logStreamName());
            var from = start(group, request.startTime());
            var to = request.endTime() == null ? Position.LAST : Position.at(request.endTime());
            if (token != null && forward) {
                from = Position.later(from, token.position().next());
            } else if (token != null) {
                to = Position.earlier(to, token.position());
            }
            var cursor = new StreamCursor(snapshot, group.id(), stream, from, to, !forward, Integer.MAX_VALUE);
            return page(cursor, forward, limit, token);
        });
    }

    private static GetLogEventsResponse page(
            StreamCursor cursor, boolean forward, int limit, @Nullable EventsToken token) {
        var events = new ArrayList<OutputLogEvent>();
        Position first = null;
        Position last = null;
        long bytes = 0;
        while (events.size() < limit && cursor.hasNext()) {
            var position = cursor.position();
            var event = cursor.next();
            bytes += size(event);
            if (bytes > LogsLimits.PAGE_SIZE_MAX_BYTES && !events.isEmpty()) {
                break;
            }
            events.add(OutputLogEvent.builder()
                    .timestamp(position.timestamp())
                    .ingestionTime(event.ingestedAt())
                    .message(event.message())
                    .build());
            first = first == null ? position : first;
            last = position;
        }
        if (!forward) {
            Collections.reverse(events);
        }
        var tokens = first == null || last == null
                ? EventsToken.Pair.atEnd(token)
                : forward ? new EventsToken.Pair(first, last) : new EventsToken.Pair(last, first);
        return GetLogEventsResponse.builder()
                .events(events)
                .nextBackwardToken(new EventsToken(false, tokens.first()).toString())
                .nextForwardToken(new EventsToken(true, tokens.last()).toString())
                .build();
    }

    FilterLogEventsResponse filter(FilterLogEventsRequest request) {
        if (request.hasLogStreamNames() && request.logStreamNamePrefix() != null) {
            throw LogsErrors.invalid("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.");
        }
        var groupName = LogGroups.name(request.logGroupName(), request.logGroupIdentifier());
        var pattern = pattern(request.filterPattern());
        var after = request.nextToken() == null ? null : Position.parse(request.nextToken());
        if (request.nextToken() != null && after == null) {
            throw PageToken.invalid();
        }
        int limit = LogsLimits.page(request.limit(), LogsLimits.PAGE_EVENTS_MAX);
        return kv.read(snapshot -> {
            var group = groups.require(snapshot, groupName);
            var from = start(group, request.startTime());
            if (after != null) {
                from = Position.later(from, after.next());
            }
            // unlike GetLogEvents, the end is part of the range
            var to = request.endTime() == null ? Position.LAST : Position.at(request.endTime() + 1);
            var search = new Search(pattern, limit);
            search.run(cursors(snapshot, group, selected(snapshot, group, request), from, to));
            return FilterLogEventsResponse.builder()
                    .events(search.found)
                    .searchedLogStreams(List.of())
                    .nextToken(search.stoppedAt == null ? null : search.stoppedAt.toString())
                    .build();
        });
    }

    static FilterPattern pattern(@Nullable String text) {
        try {
            return FilterPattern.parse(text == null ? "" : text);
        } catch (IllegalArgumentException e) {
            throw LogsErrors.invalid("Invalid filter pattern: " + e.getMessage());
        }
    }

    private List<Stream> selected(Snapshot snapshot, Group group, FilterLogEventsRequest request) {
        var selected = new ArrayList<Stream>();
        if (request.hasLogStreamNames()) {
            for (var name : new java.util.LinkedHashSet<>(request.logStreamNames())) {
                selected.add(streams.require(snapshot, group, name));
            }
        } else {
            var prefix = request.logStreamNamePrefix();
            LogStreams.forEach(snapshot, group, prefix == null ? "" : prefix, selected::add);
        }
        return selected;
    }

    private static PriorityQueue<StreamCursor> cursors(
            Snapshot snapshot, Group group, List<Stream> selected, Position from, Position to) {
        var cursors = new PriorityQueue<StreamCursor>();
        int kept = HELD_MAX_BYTES / Math.max(1, selected.size());
        for (var stream : selected) {
            var cursor = new StreamCursor(snapshot, group.id(), stream, from, to, false, kept);
            if (cursor.hasNext()) {
                cursors.add(cursor);
            }
        }
        return cursors;
    }

    private static Position start(Group group, @Nullable Long startTime) {
        long expired = group.expiredBefore(Call.current().time());
        return Position.at(startTime == null ? expired : Math.max(startTime, expired));
    }

    private static long size(Event event) {
        // a character is at least a byte; the exact size needs the bytes again
        return event.message().length() + LogsLimits.EVENT_OVERHEAD_BYTES;
    }

    /** One page of a search: events of several streams in the order of time and commit, until a limit is met. */
    private static final class Search {
        private final FilterPattern pattern;
        private final int limit;
        final List<FilteredLogEvent> found = new ArrayList<>();

        @Nullable
        Position stoppedAt;

        Search(FilterPattern pattern, int limit) {
            this.pattern = pattern;
            this.limit = limit;
        }

        void run(PriorityQueue<StreamCursor> cursors) {
            long bytesFound = 0;
            long cost = 0;
            int scanned = 0;
            for (var cursor = cursors.poll(); cursor != null; cursor = cursors.poll()) {
                var position = cursor.position();
                var event = cursor.next();
                if (pattern.matches(event.message())) {
                    found.add(found(position, cursor.stream(), event));
                    bytesFound += size(event);
                }
                if (cursor.hasNext()) {
                    cursors.add(cursor);
                }
                cost += size(event) * pattern.weight();
                boolean full = found.size() >= limit || bytesFound >= LogsLimits.PAGE_SIZE_MAX_BYTES;
                boolean tired = ++scanned >= LogsLimits.SCANNED_EVENTS_MAX || cost >= LogsLimits.SCANNED_MAX_BYTES;
                if ((full || tired) && !cursors.isEmpty()) {
                    stoppedAt = position;
                    return;
                }
            }
        }

        private static FilteredLogEvent found(Position position, Stream stream, Event event) {
            return FilteredLogEvent.builder()
                    .logStreamName(stream.name())
                    .timestamp(position.timestamp())
                    .ingestionTime(event.ingestedAt())
                    .message(event.message())
                    .eventId(position.toString())
                    .build();
        }
    }
}
