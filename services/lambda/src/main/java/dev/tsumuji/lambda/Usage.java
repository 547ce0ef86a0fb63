package dev.tsumuji.lambda;

import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import java.nio.ByteBuffer;

/**
 * How much an account has in a region, kept in counters so that creations don't wait for each other.
 *
 * @param codeBytes of all versions, each with its own though they share a package, as AWS counts
 */
record Usage(long functions, long codeBytes) {

    static Usage read(Snapshot snapshot, String account, String region) {
        return new Usage(
                counter(snapshot, LambdaKeys.count(account, region)),
                // versions that were published before each of them counted are taken off when they go
                Math.max(0, counter(snapshot, LambdaKeys.size(account, region))));
    }

    static void add(Txn txn, FunctionId id, long functions, long codeBytes) {
        txn.add(LambdaKeys.count(id.account(), id.region()), functions);
        txn.add(LambdaKeys.size(id.account(), id.region()), codeBytes);
    }

    static void addBytes(Txn txn, String account, String region, long codeBytes) {
        txn.add(LambdaKeys.size(account, region), codeBytes);
    }

    private static long counter(Snapshot snapshot, byte[] key) {
        var value = snapshot.get(key);
        return value == null ? 0 : ByteBuffer.wrap(value).getLong();
    }
}
