/** S3: buckets, objects, uploads in parts, versions, and what follows a write. */
@NullMarked
package dev.tsumuji.s3;

import org.jspecify.annotations.NullMarked;
