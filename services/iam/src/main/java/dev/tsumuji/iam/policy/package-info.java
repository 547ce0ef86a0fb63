/** AWS's policy language: documents, their meaning, and the decision they lead to. Pure: no store, no clock. */
@NullMarked
package dev.tsumuji.iam.policy;

import org.jspecify.annotations.NullMarked;
