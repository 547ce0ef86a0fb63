package dev.tsumuji.logs;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Ids;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogGroupRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogGroupsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogGroupsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.ListLogGroupsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.ListLogGroupsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogGroup;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogGroupSummary;

/**
 * Log groups of the caller's account and region, with their tags and settings. Thread-safe: all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html">Log groups</a>
 */
final class LogGroups {
    private static final String STANDARD = "STANDARD";
    private static final Pattern NAME = Pattern.compile("[\\.\\-_/#A-Za-z0-9]+");
    private static final int SCAN_CHUNK = 500;

    private final Kv kv;
    private final Ids ids;

    LogGroups(Kv kv, Ids ids) {
        this.kv = kv;
        this.ids = ids;
    }

    void create(CreateLogGroupRequest request) {
        var name = request.logGroupName();
        LogStreams.checkLength(name);
        LogStreams.checkPattern("logGroupName", name, NAME);
        if (name.startsWith("aws/")) {
            throw LogsErrors.invalid("Log groups starting with AWS/ are reserved for AWS.");
        }
        var call = Call.current();
        var group = new Group(
                ByteBuffer.wrap(ids.bytes(Long.BYTES)).getLong(),
                name,
                call.time(),
                request.logGroupClass() == null ? STANDARD : request.logGroupClassAsString(),
                request.kmsKeyId(),
                null,
                Boolean.TRUE.equals(request.deletionProtectionEnabled()),
                request.tags());
        kv.transact(txn -> {
            var key = key(name);
            if (txn.get(key) != null) {
                throw LogsErrors.groupExists();
            }
            txn.put(key, Group.CODEC.encode(group));
            return null;
        });
    }

    void delete(String name) {
        kv.transact(txn -> {
            var group = require(txn, name);
            if (group.deletionProtected()) {
                throw LogsErrors.other(
                        "ValidationException",
                        "The log group cannot be deleted because deletion protection is enabled for it.");
            }
            txn.delete(key(name));
            txn.delete(LogsKeys.data(group.id()));
            txn.delete(LogsKeys.retained(group.id()));
            return null;
        });
    }

    /** Replaces a group by what the change makes of it. */
    Group change(String name, UnaryOperator<Group> change) {
        return kv.transact(txn -> {
            var changed = change.apply(require(txn, name));
            txn.put(key(name), Group.CODEC.encode(changed));
            retain(txn, changed);
            return changed;
        });
    }

    /** Groups whose events expire are listed apart, so that nothing else is looked at when the time comes. */
    private static void retain(Txn txn, Group group) {
        var call = Call.current();
        if (group.retentionDays() == null) {
            txn.delete(LogsKeys.retained(group.id()));
        } else {
            txn.put(
                    LogsKeys.retained(group.id()),
                    Retention.Address.CODEC.encode(new Retention.Address(call.account(), call.region(), group.name())));
        }
    }

    void tag(String name, Map<String, String> tags) {
        change(name, group -> {
            var merged = new LinkedHashMap<>(group.tags());
            merged.putAll(tags);
            if (merged.size() > LogsLimits.TAGS_MAX) {
                throw LogsErrors.tooManyTags();
            }
            return group.withTags(merged);
        });
    }

    void untag(String name, List<String> keys) {
        change(name, group -> {
            var left = new LinkedHashMap<>(group.tags());
            left.keySet().removeAll(keys);
            return group.withTags(left);
        });
    }

    Map<String, String> tags(String name) {
        return kv.read(snapshot -> require(snapshot, name)).tags();
    }

    Group require(Snapshot snapshot, String name) {
        var group = find(snapshot, name);
        if (group == null) {
            throw LogsErrors.noSuchGroup();
        }
        return group;
    }

    private @Nullable Group find(Snapshot snapshot, String name) {
        return Group.CODEC.decodeNullable(snapshot.get(key(name)));
    }

    /** The group's name from the two members by which most requests name it; exactly one of them must be there. */
    static String name(@Nullable String name, @Nullable String identifier) {
        if (name != null && identifier != null) {
            throw LogsErrors.invalid("LogGroup name and LogGroup ARN are mutually exclusive parameters.");
        }
        if (name != null) {
            return name;
        }
        if (identifier == null) {
            throw LogsErrors.invalid("LogGroup name or LogGroup ARN must be specified.");
        }
        return Arn.isArn(identifier) ? nameOf(identifier) : identifier;
    }

    /** The name in a group's ARN, with or without {@code :*} behind it. */
    static String nameOf(String arn) {
        if (!Arn.isArn(arn)) {
            throw LogsErrors.invalid("The specified resource ARN is not valid: " + arn);
        }
        var parsed = Arn.parse(arn);
        var call = Call.current();
        if (!parsed.service().equals("logs") || !parsed.resource().startsWith("log-group:")) {
            throw LogsErrors.invalid("The specified resource ARN is not valid: " + arn);
        }
        if (!parsed.account().equals(call.account()) || !parsed.region().equals(call.region())) {
            throw LogsErrors.noSuchGroup();
        }
        var name = parsed.resource().substring("log-group:".length());
        return name.endsWith(":*") ? name.substring(0, name.length() - 2) : name;
    }

    static String arn(String name) {
        var call = Call.current();
        return Arn.of("logs", call.region(), call.account(), "log-group:" + name)
                .toString();
    }

    private static byte[] key(String name) {
        var call = Call.current();
        return LogsKeys.group(call.account(), call.region(), name);
    }

    DescribeLogGroupsResponse describe(DescribeLogGroupsRequest request) {
        var pattern = request.logGroupNamePattern();
        if (pattern != null && request.logGroupNamePrefix() != null) {
            throw LogsErrors.invalid(
                    "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
        }
        var wantedClass = request.logGroupClassAsString();
        Predicate<Group> wanted = group -> (pattern == null || group.name().contains(pattern))
                && (wantedClass == null || wantedClass.equals(group.logGroupClass()));
        return kv.read(snapshot -> {
            if (request.hasLogGroupIdentifiers()) {
                return DescribeLogGroupsResponse.builder()
                        .logGroups(named(snapshot, request.logGroupIdentifiers()))
                        .build();
            }
            var page = page(
                    snapshot,
                    request.logGroupNamePrefix(),
                    wanted,
                    request.nextToken(),
                    LogsLimits.page(request.limit(), LogsLimits.PAGE_MAX));
            return DescribeLogGroupsResponse.builder()
                    .logGroups(page.groups().stream()
                            .map(group -> pattern == null ? described(snapshot, group) : matched(snapshot, group))
                            .toList())
                    .nextToken(page.token())
                    .build();
        });
    }

    private List<LogGroup> named(Snapshot snapshot, List<String> identifiers) {
        var groups = new ArrayList<LogGroup>();
        for (var identifier : identifiers) {
            var group = find(snapshot, name(null, identifier));
            if (group != null) {
                groups.add(described(snapshot, group));
            }
        }
        return groups;
    }

    ListLogGroupsResponse list(ListLogGroupsRequest request) {
        var pattern = request.logGroupNamePattern();
        var wantedClass = request.logGroupClassAsString();
        Predicate<Group> wanted = group -> (pattern == null || matches(pattern, group.name()))
                && (wantedClass == null || wantedClass.equals(group.logGroupClass()));
        return kv.read(snapshot -> {
            var page = page(
                    snapshot,
                    null,
                    wanted,
                    request.nextToken(),
                    request.limit() == null
                            ? LogsLimits.PAGE_MAX
                            : LogsLimits.page(request.limit(), LogsLimits.LIST_GROUPS_PAGE_MAX));
            return ListLogGroupsResponse.builder()
                    .logGroups(page.groups().stream()
                            .map(group -> LogGroupSummary.builder()
                                    .logGroupName(group.name())
                                    .logGroupArn(arn(group.name()))
                                    .logGroupClass(group.logGroupClass())
                                    .build())
                            .toList())
                    .nextToken(page.token())
                    .build();
        });
    }

    /** {@code ^} asks for a prefix, {@code |} stands between alternatives. */
    private static boolean matches(String pattern, String name) {
        for (var part : pattern.split("\\|")) {
            if (part.startsWith("^") ? name.startsWith(part.substring(1)) : name.contains(part)) {
                return true;
            }
        }
        return false;
    }

    private static Page page(
            Snapshot snapshot, @Nullable String prefix, Predicate<Group> wanted, @Nullable String token, int limit) {
        var call = Call.current();
        var range = LogsKeys.groups(call.account(), call.region(), prefix == null ? "" : prefix);
        if (token != null) {
            range = range.after(LogsKeys.group(call.account(), call.region(), PageToken.read(token)));
        }
        var found = new ArrayList<Group>();
        while (true) {
            var entries = snapshot.scan(range, SCAN_CHUNK);
            for (var entry : entries) {
                var group = Group.CODEC.decode(entry.value());
                if (!wanted.test(group)) {
                    continue;
                }
                if (found.size() == limit) {
                    return new Page(found, PageToken.write(found.getLast().name()));
                }
                found.add(group);
            }
            if (entries.size() < SCAN_CHUNK) {
                return new Page(found, null);
            }
            range = range.after(entries.getLast().key());
        }
    }

    /** Passes every group of the caller's account and region, in order of names. */
    void forEach(Snapshot snapshot, Consumer<Group> action) {
        var call = Call.current();
        var range = LogsKeys.groups(call.account(), call.region(), "");
        while (true) {
            var entries = snapshot.scan(range, SCAN_CHUNK);
            entries.forEach(entry -> action.accept(Group.CODEC.decode(entry.value())));
            if (entries.size() < SCAN_CHUNK) {
                return;
            }
            range = range.after(entries.getLast().key());
        }
    }

    private static LogGroup described(Snapshot snapshot, Group group) {
        return matched(snapshot, group).toBuilder()
                .storedBytes(storedBytes(snapshot, group))
                .deletionProtectionEnabled(group.deletionProtected())
                .build();
    }

    /** What a search by pattern shows of a group, which is less. */
    private static LogGroup matched(Snapshot snapshot, Group group) {
        return LogGroup.builder()
                .logGroupName(group.name())
                .creationTime(group.createdAt().toEpochMilli())
                .arn(arn(group.name()) + ":*")
                .logGroupArn(arn(group.name()))
                .logGroupClass(group.logGroupClass())
                .kmsKeyId(group.kmsKeyId())
                .retentionInDays(group.retentionDays())
                .metricFilterCount(
                        snapshot.scan(LogsKeys.metricFilters(group.id(), ""), LogsLimits.METRIC_FILTERS_PER_GROUP_MAX)
                                .size())
                .build();
    }

    private static long storedBytes(Snapshot snapshot, Group group) {
        var counter = snapshot.get(LogsKeys.bytes(group.id()));
        return counter == null ? 0 : ByteBuffer.wrap(counter).getLong();
    }

    private record Page(List<Group> groups, @Nullable String token) {}
}
