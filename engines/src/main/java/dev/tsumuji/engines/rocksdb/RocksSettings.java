package dev.tsumuji.engines.rocksdb;

import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.HyperClockCache;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;

/**
 * How much memory and disk the store may use.
 *
 * @param cacheSizeBytes for blocks read from disk, their indexes and filters, and the write buffers
 * @param writeBufferSizeBytes one of two in-memory tables
 * @param reserveBytes commits are refused when less disk than this is left
 */
public record RocksSettings(long cacheSizeBytes, long writeBufferSizeBytes, long reserveBytes) {
    public static final RocksSettings DEFAULT = new RocksSettings(64L << 20, 16L << 20, 128L << 20);

    /** Few shards: some of the default's many have room for nothing beside their part of the buffers. */
    private static final int CACHE_SHARD_BITS = 2;

    /** The cache is to find out by itself how large its entries are. */
    private static final int ANY_ENTRY_BYTES = 0;

    /** A scan looks into each table that isn't merged into a lower level yet; merging early costs writers a tenth. */
    private static final int UNMERGED_TABLES = 2;

    private static final int METADATA_BLOCK_BYTES = 4 << 10;
    /**
     * Filters know keys and the first bytes of keys, so many: a scan of keys that have these in common passes over files
     * without any such. More than what the items of one DynamoDB table have in common, and no more than those of one partition
     * have, unless its key is very short: scans of that are as any others.
     */
    static final int BEGINNING_BYTES = 32;

    /** RocksDB's options and what they refer to, which must live as long as the database. */
    record Opened(Options options, List<AutoCloseable> parts) implements AutoCloseable {
        @Override
        public void close() {
            options.close();
            for (var part : parts) {
                try {
                    part.close();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    Opened open() {
        // readers take no lock in it, and indexes and filters stay longer than data
        var cache = new HyperClockCache(cacheSizeBytes, ANY_ENTRY_BYTES, CACHE_SHARD_BITS, false);
        var buffers = new WriteBufferManager(3 * writeBufferSizeBytes, cache);
        var filter = new BloomFilter(10, false);
        var table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setFilterPolicy(filter)
                .setFormatVersion(5)
                // a whole index grows with its file: a read would bring in, and throw out, megabytes for one entry
                .setIndexType(IndexType.kTwoLevelIndexSearch)
                .setPartitionFilters(true)
                .setMetadataBlockSize(METADATA_BLOCK_BYTES)
                .setCacheIndexAndFilterBlocks(true)
                .setPinTopLevelIndexAndFilter(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
        var crowded = TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(10_000, 5_000, 0.5);
        var options = new Options()
                .setCreateIfMissing(true)
                .setTableFormatConfig(table)
                .useCappedPrefixExtractor(BEGINNING_BYTES)
                .setWriteBufferManager(buffers)
                .setWriteBufferSize(writeBufferSizeBytes)
                .setMaxWriteBufferNumber(2)
                .setMaxTotalWalSize(4 * writeBufferSizeBytes)
                .setLevel0FileNumCompactionTrigger(UNMERGED_TABLES)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setLevelCompactionDynamicLevelBytes(true)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(512)
                .setBytesPerSync(1 << 20)
                // a torn tail is what a crash leaves; anything else in the log is damage and must not be passed over
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setParanoidChecks(true)
                // nothing may wake an idle process
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(1 << 20)
                .setKeepLogFileNum(3);
        // the head of a queue is mostly deleted entries: tables full of those are compacted early
        options.setTablePropertiesCollectorFactory(List.of(crowded));
        return new Opened(options, List.of(crowded, filter, buffers, cache));
    }
}
