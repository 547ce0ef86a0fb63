/** The transaction, whatever holds the bytes: snapshot, validation, one committer. */
@NullMarked
package dev.tsumuji.engines.commit;

import org.jspecify.annotations.NullMarked;
