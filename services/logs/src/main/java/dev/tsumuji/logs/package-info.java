/** CloudWatch Logs. */
@NullMarked
package dev.tsumuji.logs;

import org.jspecify.annotations.NullMarked;
