package dev.tsumuji.dynamodb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.Capacity;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;

/**
 * What a request takes of one table's capacity. Used by one thread.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html">Reads and
 *     writes</a>
 */
final class Consumed {
    private static final int READ_UNIT_BYTES = 4096;
    private static final int WRITE_UNIT_BYTES = 1024;

    private final Map<String, Double> locals = new LinkedHashMap<>(0);
    private final Map<String, Double> globals = new LinkedHashMap<>(0);
    private double table;
    private boolean reading;
    private boolean transactional;

    /** Adds a read of so many bytes from the table. */
    void read(long bytes, boolean consistent) {
        reading = true;
        table += readUnits(bytes, consistent);
    }

    void read(Index index, long bytes, boolean consistent) {
        reading = true;
        add(index, readUnits(bytes, consistent));
    }

    void readInTransaction(long bytes) {
        reading = true;
        transactional = true;
        table += 2 * readUnits(bytes, true);
    }

    static double readUnits(long bytes, boolean consistent) {
        double units = Math.max(1, (bytes + READ_UNIT_BYTES - 1) / READ_UNIT_BYTES);
        return consistent ? units : units / 2;
    }

    void write(long bytes) {
        table += writeUnits(bytes);
    }

    void write(Index index, long bytes) {
        add(index, writeUnits(bytes));
    }

    private static double writeUnits(long bytes) {
        return Math.max(1, (bytes + WRITE_UNIT_BYTES - 1) / WRITE_UNIT_BYTES);
    }

    private void add(Index index, double units) {
        (index.global() ? globals : locals).merge(index.name(), units, Double::sum);
    }

    /** Adds what another part of the same request took. */
    Consumed plus(Consumed other) {
        table += other.table;
        other.locals.forEach((name, units) -> locals.merge(name, units, Double::sum));
        other.globals.forEach((name, units) -> globals.merge(name, units, Double::sum));
        return this;
    }

    /** Everything in a transaction is done twice. */
    void doubled() {
        transactional = true;
        table *= 2;
        locals.replaceAll((name, units) -> units * 2);
        globals.replaceAll((name, units) -> units * 2);
    }

    /** Null when the request didn't ask. */
    @Nullable
    ConsumedCapacity answer(@Nullable ReturnConsumedCapacity wanted, TableName name) {
        if (!asked(wanted)) {
            return null;
        }
        double total = table + sum(locals) + sum(globals);
        var answer = ConsumedCapacity.builder().tableName(name.name()).capacityUnits(total);
        if (transactional && reading) {
            answer.readCapacityUnits(total);
        } else if (transactional) {
            answer.writeCapacityUnits(total);
        }
        if (wanted == ReturnConsumedCapacity.INDEXES) {
            answer.table(capacity(table));
            if (!locals.isEmpty()) {
                answer.localSecondaryIndexes(capacities(locals));
            }
            if (!globals.isEmpty()) {
                answer.globalSecondaryIndexes(capacities(globals));
            }
        }
        return answer.build();
    }

    /** What each table has of a request over several. */
    static List<ConsumedCapacity> answers(Map<TableName, Consumed> counted, @Nullable ReturnConsumedCapacity wanted) {
        var answers = new ArrayList<ConsumedCapacity>();
        counted.forEach((name, consumed) -> {
            var answer = consumed.answer(wanted, name);
            if (answer != null) {
                answers.add(answer);
            }
        });
        return answers;
    }

    static boolean asked(@Nullable ReturnConsumedCapacity wanted) {
        return wanted == ReturnConsumedCapacity.TOTAL || wanted == ReturnConsumedCapacity.INDEXES;
    }

    private static double sum(Map<String, Double> units) {
        double sum = 0;
        for (double value : units.values()) {
            sum += value;
        }
        return sum;
    }

    private Map<String, Capacity> capacities(Map<String, Double> units) {
        var capacities = new LinkedHashMap<String, Capacity>();
        units.forEach((name, value) -> capacities.put(name, capacity(value)));
        return capacities;
    }

    private Capacity capacity(double units) {
        var capacity = Capacity.builder().capacityUnits(units);
        if (transactional && reading) {
            capacity.readCapacityUnits(units);
        } else if (transactional) {
            capacity.writeCapacityUnits(units);
        }
        return capacity.build();
    }
}
