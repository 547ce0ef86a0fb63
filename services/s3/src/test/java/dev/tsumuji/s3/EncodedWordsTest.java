package dev.tsumuji.s3;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodedWordsTest {
    @ParameterizedTest
    @CsvSource({
        "plain text, plain text",
        "=?UTF-8?B?w6k=?=, \u00e9",
        "=?utf-8?q?a_=C3=A9?=, a \u00e9",
        "=?UTF-8?B?6WHp?=, \ufffda\ufffd",
        "=?iso-8859-1?Q?=E9?=, \u00e9",
        "=?UTF-8?B?YQ==?= =?UTF-8?B?Yg==?=, ab",
        "=?UTF-8?B?YQ==?= and more, a and more",
        "=?none?B?YQ==?=, =?none?B?YQ==?=",
        "=?UTF-8?Q?=C?=, =?UTF-8?Q?=C?=",
        "=?UTF-8?B?*?=, =?UTF-8?B?*?=",
    })
    void words_are_read_as_what_they_mean_and_kept_when_they_mean_nothing(String word, String text) {
        assertThat(EncodedWords.read(word)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "plain_text, plain_text",
        "non-ascii_\u2014_, =?UTF-8?Q?non-ascii=5F=E2=80=94=5F?=",
        "\ufffda\ufffd, =?UTF-8?B?77+9Ye+/vQ==?=",
    })
    void what_is_mostly_ascii_is_quoted_and_the_rest_is_base64(String text, String word) {
        assertThat(EncodedWords.write(text)).isEqualTo(word);
    }

    @Test
    void a_long_text_becomes_words_that_mean_it() {
        var text = "\ud83d\ude00 and \u00e9 ".repeat(40) + "\u6f22\u5b57".repeat(60);
        var words = EncodedWords.write(text);
        assertThat(words.split(" ")).allSatisfy(word -> assertThat(word).hasSizeLessThanOrEqualTo(75));
        assertThat(EncodedWords.read(words)).isEqualTo(text);
    }
}
