package dev.tsumuji.logs;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.time.Ids;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OrderBy;

/** Log streams within a group. Thread-safe: all state is in the store. */
final class LogStreams {
    /** Sequence tokens mean nothing any more, but clients still read one. */
    static final String SEQUENCE_TOKEN = "49039859573746120000000000000000000000000000000000000000";

    private static final Pattern NAME = Pattern.compile("[^:*]*");
    private static final int SCAN_CHUNK = 500;

    private final Kv kv;
    private final Ids ids;
    private final LogGroups groups;

    LogStreams(Kv kv, Ids ids, LogGroups groups) {
        this.kv = kv;
        this.ids = ids;
        this.groups = groups;
    }

    static void checkLength(String name) {
        if (name.length() > LogsLimits.NAME_LENGTH_MAX) {
            throw LogsErrors.invalid("Invalid LogGroup or LogStream, both must have length less than or equal to "
                    + LogsLimits.NAME_LENGTH_MAX + ".");
        }
    }

    /** Characters that would make an ARN ambiguous are not let in, whoever calls. */
    static void checkPattern(String member, String name, Pattern pattern) {
        if (!pattern.matcher(name).matches()) {
            throw LogsErrors.invalid("1 validation error detected: Value '" + name + "' at '" + member
                    + "' failed to satisfy constraint: Member must satisfy regular expression pattern: " + pattern);
        }
    }

    void create(String groupName, String name) {
        checkLength(name);
        checkPattern("logStreamName", name, NAME);
        var stream = new Stream(
                ByteBuffer.wrap(ids.bytes(Long.BYTES)).getLong(),
                name,
                Call.current().time());
        kv.transact(txn -> {
            var key = LogsKeys.stream(groups.require(txn, groupName).id(), name);
            if (txn.get(key) != null) {
                throw LogsErrors.streamExists();
            }
            txn.put(key, Stream.CODEC.encode(stream));
            return null;
        });
    }

    void delete(String groupName, String name) {
        kv.transact(txn -> {
            var group = groups.require(txn, groupName);
            var stream = require(txn, group, name);
            var bytes = LogsKeys.bytesOfStream(group.id(), stream.id());
            txn.add(LogsKeys.bytes(group.id()), -Retention.sum(txn.scan(bytes, Integer.MAX_VALUE)));
            txn.delete(bytes);
            txn.delete(LogsKeys.stream(group.id(), name));
            txn.delete(LogsKeys.ingested(group.id(), stream.id()));
            txn.delete(LogsKeys.events(LogsKeys.events(group.id(), stream.id()), Position.FIRST, Position.LAST));
            return null;
        });
    }

    Stream require(Snapshot snapshot, Group group, String name) {
        var stream = Stream.CODEC.decodeNullable(snapshot.get(LogsKeys.stream(group.id(), name)));
        if (stream == null) {
            throw LogsErrors.noSuchStream();
        }
        return stream;
    }

    /** Passes every stream of a group whose name has a prefix, in order of names. */
    static void forEach(Snapshot snapshot, Group group, String prefix, Consumer<Stream> action) {
        var range = LogsKeys.streams(group.id(), prefix);
        while (true) {
            var entries = snapshot.scan(range, SCAN_CHUNK);
            entries.forEach(entry -> action.accept(Stream.CODEC.decode(entry.value())));
            if (entries.size() < SCAN_CHUNK) {
                return;
            }
            range = range.after(entries.getLast().key());
        }
    }

    DescribeLogStreamsResponse describe(DescribeLogStreamsRequest request) {
        boolean byTime = request.orderBy() == OrderBy.LAST_EVENT_TIME;
        if (byTime && request.logStreamNamePrefix() != null) {
            throw LogsErrors.invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
        }
        var groupName = LogGroups.name(request.logGroupName(), request.logGroupIdentifier());
        int limit = LogsLimits.page(request.limit(), LogsLimits.PAGE_MAX);
        boolean descending = Boolean.TRUE.equals(request.descending());
        return kv.read(snapshot -> {
            var group = groups.require(snapshot, groupName);
            var page = byTime
                    ? byTime(snapshot, group, descending, request.nextToken(), limit)
                    : byName(snapshot, group, request.logStreamNamePrefix(), descending, request.nextToken(), limit);
            return DescribeLogStreamsResponse.builder()
                    .logStreams(page.streams().stream()
                            .map(stream -> described(snapshot, group, stream))
                            .toList())
                    .nextToken(page.token())
                    .build();
        });
    }

    private static Page byName(
            Snapshot snapshot,
            Group group,
            @Nullable String prefix,
            boolean descending,
            @Nullable String token,
            int limit) {
        var range = LogsKeys.streams(group.id(), prefix == null ? "" : prefix);
        if (token != null) {
            var last = LogsKeys.stream(group.id(), PageToken.read(token));
            if (!range.contains(last)) {
                throw PageToken.invalid();
            }
            range = descending ? range.before(last) : range.after(last);
        }
        var streams = scan(snapshot, range, descending, limit + 1).stream()
                .map(entry -> Stream.CODEC.decode(entry.value()))
                .toList();
        return Page.of(streams, limit, Stream::name);
    }

    private static List<Snapshot.Entry> scan(Snapshot snapshot, Range range, boolean descending, int limit) {
        return descending ? snapshot.scanBackwards(range, limit) : snapshot.scan(range, limit);
    }

    /** Looks at every stream of the group: the order of their last events is kept nowhere, so that writers needn't. */
    private static Page byTime(Snapshot snapshot, Group group, boolean descending, @Nullable String token, int limit) {
        var order = Comparator.comparingLong(Timed::lastEventAt)
                .thenComparing(timed -> timed.stream().name());
        var directed = descending ? order.reversed() : order;
        var all = new ArrayList<Timed>();
        forEach(snapshot, group, "", stream -> all.add(new Timed(stream, lastEventAt(snapshot, group, stream))));
        all.sort(directed);
        int start = 0;
        if (token != null) {
            var last = Timed.parse(PageToken.read(token));
            while (start < all.size() && directed.compare(all.get(start), last) <= 0) {
                start++;
            }
        }
        var rest = all.subList(start, Math.min(all.size(), start + limit + 1)).stream()
                .map(Timed::stream)
                .toList();
        return Page.of(rest, limit, stream -> new Timed(stream, lastEventAt(snapshot, group, stream)).toString());
    }

    private static long lastEventAt(Snapshot snapshot, Group group, Stream stream) {
        var last = eventAt(snapshot, group, stream, true);
        return last == null ? 0 : last;
    }

    private static @Nullable Long eventAt(Snapshot snapshot, Group group, Stream stream, boolean last) {
        var range = LogsKeys.events(
                LogsKeys.events(group.id(), stream.id()),
                Position.at(group.expiredBefore(Call.current().time())),
                Position.LAST);
        var found = scan(snapshot, range, last, 1);
        return found.isEmpty()
                ? null
                : LogsKeys.position(found.getFirst().key()).timestamp();
    }

    @SuppressWarnings("deprecation") // of storedBytes and uploadSequenceToken: clients still read them
    private static LogStream described(Snapshot snapshot, Group group, Stream stream) {
        var ingested = snapshot.get(LogsKeys.ingested(group.id(), stream.id()));
        var described = LogStream.builder()
                .logStreamName(stream.name())
                .creationTime(stream.createdAt().toEpochMilli())
                .arn(LogGroups.arn(group.name()) + ":log-stream:" + stream.name())
                .storedBytes(0L);
        if (ingested != null) {
            described
                    .firstEventTimestamp(eventAt(snapshot, group, stream, false))
                    .lastEventTimestamp(eventAt(snapshot, group, stream, true))
                    .lastIngestionTime(ByteBuffer.wrap(ingested).getLong())
                    .uploadSequenceToken(SEQUENCE_TOKEN);
        }
        return described.build();
    }

    private record Page(List<Stream> streams, @Nullable String token) {
        /** @param found one more than the limit when there are more */
        static Page of(List<Stream> found, int limit, java.util.function.Function<Stream, String> place) {
            if (found.size() <= limit) {
                return new Page(found, null);
            }
            var streams = found.subList(0, limit);
            return new Page(streams, PageToken.write(place.apply(streams.getLast())));
        }
    }

    private record Timed(Stream stream, long lastEventAt) {
        static Timed parse(String text) {
            int colon = text.indexOf(':');
            try {
                return new Timed(
                        new Stream(0, text.substring(colon + 1), java.time.Instant.EPOCH),
                        Long.parseLong(text.substring(0, Math.max(0, colon))));
            } catch (NumberFormatException e) {
                throw PageToken.invalid();
            }
        }

        @Override
        public String toString() {
            return lastEventAt + ":" + stream.name();
        }
    }
}
