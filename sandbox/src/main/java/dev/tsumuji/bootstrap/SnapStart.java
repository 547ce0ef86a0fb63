package dev.tsumuji.bootstrap;

import com.amazonaws.services.lambda.crac.CheckpointException;
import com.amazonaws.services.lambda.crac.Core;
import com.amazonaws.services.lambda.crac.RestoreException;

/**
 * A function with SnapStart is initialised like any other, from a stem or a cache; it is told of the snapshot that it would have
 * had on AWS, in the same order: all {@code beforeCheckpoint} when initialisation has ended, all {@code afterRestore}
 * before its first event.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-java.html">Runtime hooks</a>
 */
final class SnapStart {

    private SnapStart() {}

    static void hooks() throws CheckpointException, RestoreException {
        var context = Core.getGlobalContext();
        context.beforeCheckpoint(context);
        context.afterRestore(context);
    }
}
