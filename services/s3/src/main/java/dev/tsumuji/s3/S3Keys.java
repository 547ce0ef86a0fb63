package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Where buckets and objects lie in the store.
 *
 * <ul>
 *   <li>{@code (s3, BUCKET, name)}: {@link Bucket}; names are one space over all accounts
 *   <li>{@code (s3, OWNED, account, name)}: empty
 *   <li>{@code (s3, SETTING, bucket id, name)}: a {@link Setting}
 *   <li>{@code (s3, DATA, bucket id, CURRENT, key)}: {@code Version}, the latest one of a key whose latest is an object
 *   <li>{@code (s3, DATA, bucket id, OLD, key, -order)}: {@code Version}, all others, newest first; the first of a key without
 *       a current version is a delete marker
 *   <li>{@code (s3, DATA, bucket id, NULL, key)}: the order of the version without an id, while it is an old one
 *   <li>{@code (s3, DATA, bucket id, BODY, body)}: the bytes of a small object
 *   <li>{@code (s3, DATA, bucket id, PIECES, body)}: {@code Pieces} of an object that was uploaded in parts
 *   <li>{@code (s3, DATA, bucket id, UPLOAD, key, upload id)}: {@code Upload}
 *   <li>{@code (s3, DATA, bucket id, PART, upload id, number)}: {@code Part}
 *   <li>{@code (s3, DATA, bucket id, COMPLETED, upload id)}: {@code Completed}, for a day
 * </ul>
 *
 * <p>Listing objects reads CURRENT alone, whatever old versions there are. An object's key is its UTF-8 bytes, so that their order is S3's.
 */
final class S3Keys {
    private static final String SPACE = "s3";
    private static final int BUCKET = 0;
    private static final int OWNED = 1;
    private static final int SETTING = 2;
    private static final int DATA = 3;
    private static final int KEY = 4;

    private static final int CURRENT = 0;
    private static final int OLD = 1;
    private static final int NULL = 2;
    private static final int BODY = 3;
    private static final int PIECES = 4;
    private static final int UPLOAD = 5;
    private static final int PART = 6;
    private static final int COMPLETED = 7;

    private S3Keys() {}

    static byte[] bucket(String name) {
        return Tuple.pack(SPACE, BUCKET, name);
    }

    static byte[] owned(String account, String name) {
        return Tuple.pack(SPACE, OWNED, account, name);
    }

    static Range owned(String account) {
        return Tuple.range(SPACE, OWNED, account);
    }

    static Range ownedWithPrefix(String account, String prefix) {
        return Tuple.rangeOfPrefix(prefix, SPACE, OWNED, account);
    }

    static byte[] setting(long bucket, String name) {
        return Tuple.pack(SPACE, SETTING, bucket, name);
    }

    static Range settings(long bucket) {
        return Tuple.range(SPACE, SETTING, bucket);
    }

    static Range data(long bucket) {
        return Tuple.range(SPACE, DATA, bucket);
    }

    /** The platform's key, by which objects are encrypted. */
    static byte[] masterKey() {
        return Tuple.pack(SPACE, KEY);
    }

    static byte[] current(long bucket, byte[] key) {
        return Tuple.pack(SPACE, DATA, bucket, CURRENT, key);
    }

    static Range current(long bucket) {
        return Tuple.range(SPACE, DATA, bucket, CURRENT);
    }

    static Range currentWithPrefix(long bucket, byte[] prefix) {
        return ofPrefix(Tuple.pack(SPACE, DATA, bucket, CURRENT), prefix);
    }

    static byte[] old(long bucket, byte[] key, long order) {
        return Tuple.pack(SPACE, DATA, bucket, OLD, key, -order);
    }

    /** Of one key. */
    static Range old(long bucket, byte[] key) {
        return Tuple.range(SPACE, DATA, bucket, OLD, key);
    }

    static Range old(long bucket) {
        return Tuple.range(SPACE, DATA, bucket, OLD);
    }

    static Range oldWithPrefix(long bucket, byte[] prefix) {
        return ofPrefix(Tuple.pack(SPACE, DATA, bucket, OLD), prefix);
    }

    static byte[] nullVersion(long bucket, byte[] key) {
        return Tuple.pack(SPACE, DATA, bucket, NULL, key);
    }

    static byte[] body(long bucket, String body) {
        return Tuple.pack(SPACE, DATA, bucket, BODY, body);
    }

    static byte[] pieces(long bucket, String body) {
        return Tuple.pack(SPACE, DATA, bucket, PIECES, body);
    }

    static byte[] upload(long bucket, byte[] key, String upload) {
        return Tuple.pack(SPACE, DATA, bucket, UPLOAD, key, upload);
    }

    static Range uploads(long bucket) {
        return Tuple.range(SPACE, DATA, bucket, UPLOAD);
    }

    /** Of one key. */
    static Range uploads(long bucket, byte[] key) {
        return Tuple.range(SPACE, DATA, bucket, UPLOAD, key);
    }

    static Range uploadsWithPrefix(long bucket, byte[] prefix) {
        return ofPrefix(Tuple.pack(SPACE, DATA, bucket, UPLOAD), prefix);
    }

    static byte[] part(long bucket, String upload, int number) {
        return Tuple.pack(SPACE, DATA, bucket, PART, upload, number);
    }

    static Range parts(long bucket, String upload) {
        return Tuple.range(SPACE, DATA, bucket, PART, upload);
    }

    static Range parts(long bucket) {
        return Tuple.range(SPACE, DATA, bucket, PART);
    }

    static byte[] completed(long bucket, String upload) {
        return Tuple.pack(SPACE, DATA, bucket, COMPLETED, upload);
    }

    /** What lies in {@code range} behind all keys that begin with {@code prefix}, however many they are. */
    static Range behind(Range range, byte[] base, byte[] prefix) {
        return new Range(ofPrefix(base, prefix).end(), range.end());
    }

    static byte[] currentBase(long bucket) {
        return Tuple.pack(SPACE, DATA, bucket, CURRENT);
    }

    static byte[] oldBase(long bucket) {
        return Tuple.pack(SPACE, DATA, bucket, OLD);
    }

    static byte[] uploadBase(long bucket) {
        return Tuple.pack(SPACE, DATA, bucket, UPLOAD);
    }

    /** All keys whose next element is a byte string that begins so. */
    private static Range ofPrefix(byte[] base, byte[] prefix) {
        var element = Tuple.pack((Object) prefix);
        var begin = Arrays.copyOf(base, base.length + element.length - 1);
        System.arraycopy(element, 0, begin, base.length, element.length - 1);
        return Range.prefix(begin);
    }

    static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
