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
        @Nullable OnDemandThroughput onDemand) {
    static final String ACTIVE = "ACTIVE";
    static final String CREATING = "CREATING";

    boolean projectsAll() {
        return projectionType.equals("ALL");
    }

    boolean active() {
        return status.equals(ACTIVE);
    }

    Index withStatus(String changed) {
        return new Index(
                number, name, global, key, projectionType, nonKeyAttributes, changed, readUnits, writeUnits, onDemand);
    }

    Index withUnits(long read, long write) {
        return new Index(number, name, global, key, projectionType, nonKeyAttributes, status, read, write, onDemand);
    }

    Index withOnDemand(@Nullable OnDemandThroughput changed) {
        return new Index(
                number, name, global, key, projectionType, nonKeyAttributes, status, readUnits, writeUnits, changed);
    }

    /** Whether the index can answer for this attribute by itself. */
    boolean projects(String attribute, KeySchema table) {
        return projectsAll() || key.has(attribute) || table.has(attribute) || nonKeyAttributes.contains(attribute);
    }

    /** Whether an item has an entry: it needs all attributes of the index's key, with the right types. */
    boolean holds(Map<String, AttributeValue> item) {
        for (var part : key.partition()) {
            if (!Keys.fits(part, item.get(part.name()))) {
                return false;
            }
        }
        for (var part : key.sort()) {
            if (!Keys.fits(part, item.get(part.name()))) {
                return false;
            }
        }
        return true;
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
