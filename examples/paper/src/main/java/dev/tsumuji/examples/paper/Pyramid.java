package dev.tsumuji.examples.paper;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * An image in several sizes, each half of the one above it, cut into square tiles. The lowest level is the first that fits
 * one tile, the highest the image itself. The same image gives the same pixels every time. Immutable.
 *
 * @param levels from the smallest to the image's own size
 */
record Pyramid(List<BufferedImage> levels) {
    /** Width and height of a tile in pixels; those at the right and the lower edge are smaller. */
    static final int TILE_SIZE = 256;

    /** @param column from the left, 0 first; {@code row} from the top */
    record Tile(int level, int column, int row, BufferedImage image) {}

    static Pyramid of(BufferedImage page) {
        var levels = new ArrayList<BufferedImage>();
        levels.add(scaled(page, page.getWidth(), page.getHeight()));
        while (levels.getLast().getWidth() > TILE_SIZE || levels.getLast().getHeight() > TILE_SIZE) {
            var larger = levels.getLast();
            levels.add(scaled(larger, half(larger.getWidth()), half(larger.getHeight())));
        }
        return new Pyramid(List.copyOf(levels.reversed()));
    }

    int width() {
        return levels.getLast().getWidth();
    }

    int height() {
        return levels.getLast().getHeight();
    }

    List<Tile> tiles() {
        var tiles = new ArrayList<Tile>();
        for (int level = 0; level < levels.size(); level++) {
            var image = levels.get(level);
            for (int y = 0; y < image.getHeight(); y += TILE_SIZE) {
                for (int x = 0; x < image.getWidth(); x += TILE_SIZE) {
                    int width = Math.min(TILE_SIZE, image.getWidth() - x);
                    int height = Math.min(TILE_SIZE, image.getHeight() - y);
                    tiles.add(new Tile(level, x / TILE_SIZE, y / TILE_SIZE, image.getSubimage(x, y, width, height)));
                }
            }
        }
        return tiles;
    }

    private static int half(int length) {
        return Math.max(1, (length + 1) / 2);
    }

    private static BufferedImage scaled(BufferedImage image, int width, int height) {
        var scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D to = scaled.createGraphics();
        to.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        to.drawImage(image, 0, 0, width, height, null);
        to.dispose();
        return scaled;
    }
}
