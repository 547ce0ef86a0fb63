package dev.tsumuji.dynamodb.value;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The key of a table or index. A table's has one partition attribute and at most one sort attribute; a global secondary index's
 * may have up to four of each.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html#HowItWorks.CoreComponents.PrimaryKey">Primary
 *     key</a>
 */
public record KeySchema(List<KeyAttribute> partition, List<KeyAttribute> sort) {
    public KeySchema {
        partition = List.copyOf(partition);
        sort = List.copyOf(sort);
    }

    /** The names of all attributes, partition attributes first. */
    public Set<String> names() {
        var names = new LinkedHashSet<String>();
        partition.forEach(attribute -> names.add(attribute.name()));
        sort.forEach(attribute -> names.add(attribute.name()));
        return names;
    }

    /** All attributes, those of the partition first. */
    public List<KeyAttribute> attributes() {
        if (sort.isEmpty()) {
            return partition;
        }
        var all = new ArrayList<KeyAttribute>(size());
        all.addAll(partition);
        all.addAll(sort);
        return all;
    }

    public boolean has(String attribute) {
        for (var part : attributes()) {
            if (part.name().equals(attribute)) {
                return true;
            }
        }
        return false;
    }

    public int size() {
        return partition.size() + sort.size();
    }
}
