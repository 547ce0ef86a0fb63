package dev.tsumuji.wire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import software.amazon.eventstream.Message;
import software.amazon.eventstream.MessageDecoder;

class EventStreamTest {

    @Test
    void messages_are_read_by_aws_own_decoder() throws Exception {
        var headers = new LinkedHashMap<String, String>();
        headers.put(":message-type", "event");
        headers.put(":event-type", "PayloadChunk");
        var messages = new ArrayList<Message>();
        var decoder = new MessageDecoder(messages::add);
        decoder.feed(EventStream.message(headers, new byte[] {1, 2, 3}));
        decoder.feed(EventStream.message(headers, new byte[0]));

        assertThat(messages).hasSize(2);
        assertThat(messages.getFirst().getPayload()).containsExactly(1, 2, 3);
        assertThat(messages.getFirst().getHeaders().get(":event-type").getString())
                .isEqualTo("PayloadChunk");
        assertThat(messages.getLast().getPayload()).isEmpty();
    }
}
