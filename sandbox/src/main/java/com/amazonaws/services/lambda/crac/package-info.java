/** What {@code org.crac} finds behind it: the hooks around the snapshot of a function with SnapStart. */
@NullMarked
package com.amazonaws.services.lambda.crac;

import org.jspecify.annotations.NullMarked;
