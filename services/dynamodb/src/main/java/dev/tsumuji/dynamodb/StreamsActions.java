package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Actions;
import java.util.List;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;

/** What each operation of DynamoDB Streams needs: {@code dynamodb:} and its name, on the stream. Stateless. */
final class StreamsActions implements Actions {

    @Override
    public List<Access> of(String operation, SdkRequest request, Call call) {
        var action = "dynamodb:" + operation;
        if (operation.equals("ListStreams")) {
            return List.of(Access.of(action, "*", call.account()));
        }
        var arn = request instanceof GetRecordsRequest records
                ? ShardIterator.parse(records.shardIterator()).streamArn()
                : request.getValueForField("StreamArn", String.class).orElse("");
        var account = Arn.isArn(arn) ? Arn.parse(arn).account() : call.account();
        return List.of(Access.of(action, arn.isEmpty() ? "*" : arn, account));
    }
}
