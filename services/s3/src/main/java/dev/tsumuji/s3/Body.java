package dev.tsumuji.s3;

import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of an object or a part lie: in a blob, in pieces, else in the store itself; nowhere when there are none.
 *
 * @param id random; its bytes in the store have this name, and its key is derived from it
 * @param size plain bytes
 * @param blob name of the file that holds them, sealed
 * @param pieces whether the object is made of the bodies of uploaded parts
 */
record Body(String id, long size, @Nullable String blob, boolean pieces) {
    boolean inline() {
        return blob == null && !pieces && size > 0;
    }
}
