package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventFilterTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":[\"x\"]}                             | {\"a\":\"x\"}              | true",
                "{\"a\":[\"x\",\"y\"]}                       | {\"a\":\"y\"}              | true",
                "{\"a\":[\"x\"]}                             | {\"a\":[\"z\",\"x\"]}      | true",
                "{\"a\":[\"x\"]}                             | {\"a\":\"X\"}              | false",
                "{\"a\":[\"x\"]}                             | {\"b\":\"x\"}              | false",
                "{\"a\":[null]}                              | {\"a\":null}               | true",
                "{\"a\":[null]}                              | {}                         | false",
                "{\"a\":[1]}                                 | {\"a\":1.0}                | true",
                "{\"a\":[1]}                                 | {\"a\":\"1\"}              | false",
                "{\"a\":[true]}                              | {\"a\":true}               | true",
                "{\"a\":{\"b\":{\"c\":[\"x\"]}}}             | {\"a\":{\"b\":{\"c\":\"x\"}}} | true",
                "{\"a\":{\"b\":[\"x\"]}}                     | {\"a\":\"x\"}              | false",
                "{\"a\":[\"x\"],\"b\":[\"y\"]}               | {\"a\":\"x\"}              | false",
                "{\"a\":[{\"exists\":true}]}                 | {\"a\":0}                  | true",
                "{\"a\":[{\"exists\":true}]}                 | {\"a\":{\"b\":1}}          | false",
                "{\"a\":[{\"exists\":false}]}                | {}                         | true",
                "{\"a\":[{\"prefix\":\"ab\"}]}               | {\"a\":\"abc\"}            | true",
                "{\"a\":[{\"prefix\":{\"equals-ignore-case\":\"AB\"}}]} | {\"a\":\"abc\"} | true",
                "{\"a\":[{\"suffix\":\"bc\"}]}               | {\"a\":\"abc\"}            | true",
                "{\"a\":[{\"equals-ignore-case\":\"ABC\"}]}  | {\"a\":\"abc\"}            | true",
                "{\"a\":[{\"numeric\":[\">\",5,\"<=\",10]}]} | {\"a\":10}                 | true",
                "{\"a\":[{\"numeric\":[\">\",5,\"<=\",10]}]} | {\"a\":5}                  | false",
                "{\"a\":[{\"numeric\":[\"=\",5]}]}           | {\"a\":\"5\"}              | false",
                "{\"a\":[{\"anything-but\":[\"x\",\"y\"]}]}  | {\"a\":\"z\"}              | true",
                "{\"a\":[{\"anything-but\":\"x\"}]}          | {\"a\":\"x\"}              | false",
                "{\"a\":[{\"anything-but\":\"x\"}]}          | {}                         | false",
                "{\"a\":[{\"anything-but\":{\"prefix\":\"x\"}}]} | {\"a\":\"yx\"}         | true",
                "{\"a\":[{\"wildcard\":\"a*c*e\"}]}          | {\"a\":\"abcde\"}          | true",
                "{\"a\":[{\"wildcard\":\"a*c*e\"}]}          | {\"a\":\"abde\"}           | false",
                "{\"a\":[{\"wildcard\":\"ab*ba\"}]}          | {\"a\":\"aba\"}            | false",
                "{\"a\":[{\"cidr\":\"10.0.0.0/24\"}]}        | {\"a\":\"10.0.0.255\"}     | true",
                "{\"a\":[{\"cidr\":\"10.0.0.0/24\"}]}        | {\"a\":\"10.0.1.0\"}       | false",
                "{\"a\":[{\"cidr\":\"2001:db8::/32\"}]}      | {\"a\":\"2001:db8::7\"}    | true",
                "{\"$or\":[{\"a\":[1]},{\"b\":[2]}]}         | {\"b\":2}                  | true",
                "{\"$or\":[{\"a\":[1]},{\"b\":[2]}]}         | {\"b\":1}                  | false",
                "{}                                          | {\"a\":1}                  | true",
            })
    void a_pattern_holds_for_what_it_describes(String pattern, String event, boolean holds) throws IOException {
        var filter = EventFilter.parse(pattern.strip()).orElseThrow();

        assertThat(filter.matches(Json.read(event.strip().getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(holds);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "simple string",
                "[]",
                "\"text\"",
                "{\"a\":\"x\"}",
                "{\"a\":[]}",
                "{\"a\":1}",
                "{\"a\":[[1]]}",
                "{\"a\":[{\"unknown\":1}]}",
                "{\"a\":[{\"prefix\":1}]}",
                "{\"a\":[{\"numeric\":[\">\"]}]}",
                "{\"a\":[{\"numeric\":[\"~\",1]}]}",
                "{\"a\":[{\"exists\":\"yes\"}]}",
                "{\"a\":[{\"cidr\":\"example.com/8\"}]}",
                "{\"a\":[{\"cidr\":\"10.0.0.0/33\"}]}",
                "{\"a\":[{\"wildcard\":\"a**b\"}]}",
                "{\"$or\":[{\"a\":[1]}]}",
                "{\"a\":[1]} {\"b\":[2]}",
            })
    void what_is_no_pattern_is_refused(String text) {
        assertThat(EventFilter.parse(text)).isEmpty();
    }

    @Test
    void no_pattern_at_all_is_refused() {
        assertThat(EventFilter.parse(null)).isEmpty();
    }
}
