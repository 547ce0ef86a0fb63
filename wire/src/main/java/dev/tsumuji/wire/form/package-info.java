/** Forms with files that browsers send to S3. */
@NullMarked
package dev.tsumuji.wire.form;

import org.jspecify.annotations.NullMarked;
