package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.KeySchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.OnDemandThroughput;

/**
 * A secondary index as it is stored with its table.
 *
 * @param number names the index's entries within the table; never used again for another index of the table
 * @param projectionType {@code ALL}, {@code KEYS_ONLY} or {@code INCLUDE}
 * @param nonKeyAttributes what {@code INCLUDE} adds to the keys
 * @param status {@code CREATING} until all items have been looked at; maintained by every write from the beginning
 * @param warmReads what was asked for in {@code WarmThroughput} or could be had before, or zero
 */
record Index(
        int number,
        String name,
        boolean global,
        KeySchema key,
        String projectionType,
        List<String> nonKeyAttributes,
        String status,
        long readUnits,
        long writeUnits,
        @Nullable OnDemandThroughput onDemand,
        long warmReads,
        long warmWrites) {
    static final String ACTIVE = "ACTIVE";
    static final String CREATING = "CREATING";

    boolean projectsAll() {
        return projectionType.equals("ALL");
    }

    boolean active() {
        return status.equals(ACTIVE);
    }

    Index withStatus(String changed) {
        return with(changed, readUnits, writeUnits, onDemand, new Warm(warmReads, warmWrites));
    }

    Index withUnits(long read, long write) {
        return with(status, read, write, onDemand, warm(false));
    }

    Index withOnDemand(@Nullable OnDemandThroughput changed) {
        return with(status, readUnits, writeUnits, changed, new Warm(warmReads, warmWrites));
    }

    Index withWarm(Warm changed) {
        return with(status, readUnits, writeUnits, onDemand, changed);
    }

    private Index with(
            String newStatus, long reads, long writes, @Nullable OnDemandThroughput newOnDemand, Warm newWarm) {
        return new Index(
                number,
                name,
                global,
                key,
                projectionType,
                nonKeyAttributes,
                newStatus,
                reads,
                writes,
                newOnDemand,
                newWarm.reads(),
                newWarm.writes());
    }

    /** What can be had at once: never less than once could. */
    Warm warm(boolean tableOnDemand) {
        return Warm.of(tableOnDemand, warmReads, warmWrites, readUnits, writeUnits);
    }

    /** Whether the index can answer for this attribute by itself. */
    boolean projects(String attribute, KeySchema table) {
        return projectsAll() || key.has(attribute) || table.has(attribute) || nonKeyAttributes.contains(attribute);
    }

    /**
     * Whether an item has an entry: it needs all attributes of the index's key, with the right types, neither empty nor too long.
     * Items that were there before the index may have others.
     */
    boolean holds(Map<String, AttributeValue> item) {
        return Keys.indexable(key.partition(), item, DynamodbLimits.PARTITION_KEY_MAX_BYTES)
                && Keys.indexable(key.sort(), item, DynamodbLimits.SORT_KEY_MAX_BYTES);
    }

    /** What of an item an entry shows. */
    Map<String, AttributeValue> projected(Map<String, AttributeValue> item, KeySchema table) {
        if (projectsAll()) {
            return item;
        }
        var wanted = new ArrayList<String>();
        table.attributes().forEach(part -> wanted.add(part.name()));
        key.attributes().forEach(part -> wanted.add(part.name()));
        wanted.addAll(nonKeyAttributes);
        var shown = LinkedHashMap.<String, AttributeValue>newLinkedHashMap(wanted.size());
        for (var name : wanted) {
            var value = item.get(name);
            if (value != null) {
                shown.put(name, value);
            }
        }
        return shown;
    }
}
