package dev.tsumuji.dynamodb;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A table with what is derived from it once, so that no item's key is made from scratch. Immutable.
 *
 * @param stored the value it was decoded from
 * @param items what the keys of all items begin with
 * @param entries what the keys of an index's entries begin with, in the order of the table's indexes
 * @param expiries what the keys of all expiries begin with
 */
record OpenTable(Table table, byte[] stored, byte[] items, List<byte[]> entries, byte[] expiries) {
    private static final int HASH_BYTES = 2;
    private static final int KEY_EXPECTED_BYTES = 48;

    static OpenTable of(byte[] stored) {
        return of(Table.CODEC.decode(stored), stored);
    }

    static OpenTable of(Table table, byte[] stored) {
        return new OpenTable(
                table,
                stored,
                DynamodbKeys.items(table.id()),
                table.indexes().stream()
                        .map(index -> DynamodbKeys.index(table.id(), index.number()))
                        .toList(),
                DynamodbKeys.expiries(table.id()));
    }

    /** @param item an item, or its key alone; checked */
    byte[] itemKey(Map<String, AttributeValue> item) {
        return new KeyBytes(items, KEY_EXPECTED_BYTES)
                .partition(table.key().partition(), item)
                .values(table.key().sort(), item)
                .toArray();
    }

    /** @param item has an entry in the index */
    byte[] entryKey(int index, Map<String, AttributeValue> item, byte[] itemKey) {
        var schema = table.indexes().get(index).key();
        var key = new KeyBytes(entries.get(index), KEY_EXPECTED_BYTES + itemKey.length)
                .partition(schema.partition(), item)
                .values(schema.sort(), item);
        return table.indexes().get(index).global()
                ? key.raw(itemKey, items.length + HASH_BYTES).toArray()
                : key.values(table.key().sort(), item).toArray();
    }

    byte[] expiryKey(long second, byte[] itemKey) {
        return secondKey(second, itemKey.length).raw(itemKey, items.length).toArray();
    }

    /** What lies before it has expired before this second. */
    byte[] expiryAt(long second) {
        return secondKey(second, 0).toArray();
    }

    private KeyBytes secondKey(long second, int more) {
        var key = new KeyBytes(expiries, Long.BYTES + more);
        for (int shift = 56; shift >= 0; shift -= 8) {
            key.octet((int) (second >>> shift));
        }
        return key;
    }

    long secondOf(byte[] expiryKey) {
        long second = 0;
        for (int i = expiries.length; i < expiries.length + Long.BYTES; i++) {
            second = second << 8 | expiryKey[i] & 0xff;
        }
        return second;
    }

    /** The item that an expiry is about. */
    byte[] itemOf(byte[] expiryKey) {
        return new KeyBytes(items, expiryKey.length)
                .raw(expiryKey, expiries.length + Long.BYTES)
                .toArray();
    }
}
