package dev.tsumuji.examples.paper;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class PyramidTest {
    private static BufferedImage page(int width, int height) {
        var page = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                page.setRGB(x, y, x * 31 ^ y * 17 << 8);
            }
        }
        return page;
    }

    @Test
    void a_page_of_three_by_four_tiles_has_seventeen_in_all() {
        var pyramid = Pyramid.of(page(768, 1024));

        assertThat(pyramid.levels()).hasSize(3);
        assertThat(pyramid.tiles()).hasSize(12 + 4 + 1);
    }

    @Test
    void tiles_at_the_edges_are_as_small_as_what_is_left() {
        var tiles = Pyramid.of(page(300, 256)).tiles();

        assertThat(tiles)
                .extracting(t -> t.level() + ":" + t.column() + "_" + t.row() + " "
                        + t.image().getWidth() + "x" + t.image().getHeight())
                .containsExactly("0:0_0 150x128", "1:0_0 256x256", "1:1_0 44x256");
    }

    @Test
    void the_smallest_page_is_one_tile() {
        assertThat(Pyramid.of(page(1, 1)).tiles()).hasSize(1);
    }

    @Test
    void the_same_page_gives_the_same_bytes() throws IOException {
        var files = new HashSet<String>();
        for (int time = 0; time < 2; time++) {
            var all = new StringBuilder();
            for (var tile : Pyramid.of(page(600, 500)).tiles()) {
                all.append(java.util.Arrays.hashCode(Jpeg.write(tile.image()))).append(' ');
            }
            files.add(all.toString());
        }

        assertThat(files).hasSize(1);
    }
}
