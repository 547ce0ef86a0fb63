package dev.tsumuji.kernel.kv;

/** A transaction being run: what it reads is validated at commit, what it writes is seen by its own later reads. */
public interface Txn extends Snapshot {

    /** The same snapshot without validation and without this transaction's writes: for reads that may be stale. */
    Snapshot unchecked();

    void put(byte[] key, byte[] value);

    void delete(byte[] key);

    /** Costs the same for any number of keys. */
    void delete(Range range);

    /**
     * Adds to a 64-bit counter (eight bytes, big-endian; absent is zero). Two additions never conflict. A key that is added
     * to must not be put or read in the same transaction.
     */
    void add(byte[] key, long delta);

    /**
     * Writes a key made of the prefix, twelve bytes that grow from commit to commit and within one (commit version, then
     * index), and the suffix. Such keys lie in commit order: a log.
     */
    void putStamped(byte[] prefix, byte[] suffix, byte[] value);

    /** Runs when the commit is on disk, in this process only; lost in a crash. Must not block. */
    void afterCommit(Runnable hint);
}
