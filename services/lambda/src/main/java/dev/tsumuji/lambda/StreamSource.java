package dev.tsumuji.lambda;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;

/**
 * A stream that a mapping reads, through the API of the service that keeps it. All methods throw that service's errors.
 * Thread-safe.
 */
interface StreamSource {

    List<Shard> shards();

    /** Where to begin in a shard that the mapping hasn't read yet. */
    String iterator(String shard, EventSourcePosition start);

    /** Behind the record with this sequence number. */
    String iteratorAfter(String shard, String sequence);

    Page read(String iterator, int limit);

    /** What the member of a failed batch's description is called, {@code DDBStreamBatchInfo}. */
    String batchInfoName();

    /** @param parent null when it has none, or one that is gone */
    record Shard(String id, @Nullable String parent) {}

    /** @param next null when the shard has ended */
    record Page(List<Record> records, @Nullable String next) {}

    /**
     * @param key records with the same key stay in order
     * @param event as the function sees it, in the terms of {@link Json#write}
     * @param sizeBytes of the event, about
     */
    record Record(String sequence, Object key, Instant arrived, Map<String, @Nullable Object> event, int sizeBytes) {}
}
