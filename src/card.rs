//! Cards: pictures of a few words, as other sites show them beside a link (`og:image`).
//!
//! A card is drawn with two small fonts that are in the binary, so it is the same on every computer.
//! They hold Latin, Greek and Cyrillic letters; a text with others is left out rather than drawn as
//! boxes, and whoever asks for a card says what may stand in its place. Knows neither sites nor pages.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::OnceLock;

use ab_glyph::{Font as _, FontRef, GlyphId, PxScaleFont, ScaleFont as _};
use fdeflate::Compressor;
use png::{BitDepth, ColorType, Encoder, EncodingError, Filter};

use crate::fingerprint::{Ink, Inked};

/// The width of a card in pixels, as most sites want it.
pub const WIDTH: usize = 1200;
/// The height of a card in pixels.
pub const HEIGHT: usize = 630;

/// This is what a card says; empty texts leave no gap.
#[derive(Debug, Clone, Default)]
pub struct Card {
    /// A line above the heading: the site.
    pub over: String,
    /// Headings, of which the first that can be drawn is taken.
    pub headings: Vec<String>,
    /// A sentence below the heading, on up to three lines.
    pub about: String,
    /// Lines below that, cut where they are too long.
    pub lines: Vec<String>,
    /// A few words that are marked, of which the first that can be drawn are taken: how many papers.
    pub marks: Vec<String>,
    /// A line at the foot: where the site stands.
    pub foot: String,
}

impl Inked for Card {
    fn ink(&self, ink: &mut Ink) {
        let Card {
            over,
            headings,
            about,
            lines,
            marks,
            foot,
        } = self;
        [over, about, foot].as_slice().ink(ink);
        [headings, lines, marks].as_slice().ink(ink);
    }
}

/// This draws cards; it keeps the letters that it has drawn.
pub struct Easel {
    text: Face,
    headings: [(Face, usize); 3],
}

/// A colour by its number, and those that lead from it to the colour of a text.
#[derive(Debug, Clone, Copy)]
struct Shades {
    ground: u8,
    first: u8,
    steps: Steps,
}

/// How many colours lead to that of a text: few where it is small and pale.
#[derive(Debug, Clone, Copy)]
enum Steps {
    Four,
    Six,
}

impl Steps {
    const ALL: [Steps; 2] = [Steps::Four, Steps::Six];

    const fn count(self) -> u8 {
        match self {
            Steps::Four => 4,
            Steps::Six => 6,
        }
    }
}

const SANS: &[u8] = include_bytes!("card/sans.ttf");
const SERIF: &[u8] = include_bytes!("card/serif-bold.ttf");

const PAPER: [u8; 3] = [0xff, 0xff, 0xff];
const INK: [u8; 3] = [0x16, 0x19, 0x1d];
const SOFT: [u8; 3] = [0x4b, 0x52, 0x5b];
const MARKER: [u8; 3] = [0xff, 0xd4, 0x3b];

// Sixteen colours are half a byte a pixel, which is less to pack.
const INK_ON_PAPER: Shades = Shades {
    ground: 0,
    first: 1,
    steps: Steps::Six,
};
const SOFT_ON_PAPER: Shades = Shades {
    ground: 0,
    first: 7,
    steps: Steps::Four,
};
const INK_ON_MARKER: Shades = Shades {
    ground: 11,
    first: 12,
    steps: Steps::Four,
};

const MARGIN: f32 = 80.0;
const MEASURE: f32 = WIDTH as f32 - 2.0 * MARGIN;
/// The size of text, in pixels an em.
const TEXT: f32 = 34.0;
/// The sizes that a heading is tried in, and how many lines it may take.
const HEADINGS: [(f32, usize); 3] = [(84.0, 2), (68.0, 3), (56.0, 4)];
/// How many lines a sentence below the heading may take.
const ABOUT: usize = 3;
/// The base line of the foot.
const FOOT: f32 = HEIGHT as f32 - 62.0;

impl Easel {
    /// Makes an easel; letters are drawn when a card first needs them.
    pub fn new() -> Easel {
        Easel {
            text: Face::new(SANS, TEXT),
            headings: HEADINGS.map(|(size, lines)| (Face::new(SERIF, size), lines)),
        }
    }

    /// Tells whether the fonts have all letters of a text.
    pub fn can_show(&self, text: &str) -> bool {
        let [(serif, _), ..] = &self.headings;
        let has = |c: char| self.text.has(c) && serif.has(c);
        !text.is_empty() && text.chars().all(has)
    }

    /// Draws a card as PNG.
    pub fn draw(&self, card: &Card) -> Vec<u8> {
        CANVAS.with_borrow_mut(|canvas| {
            canvas.clear();
            self.write(card, canvas);
            canvas.pack()
        })
    }

    fn write(&self, card: &Card, canvas: &mut Canvas) {
        let shown = |text: &&String| self.can_show(text);
        let mut y = 118.0;
        if let Some(over) = Some(&card.over).filter(shown) {
            canvas.text(&self.text.cut(over), &self.text, (MARGIN, y), SOFT_ON_PAPER);
        }
        y += 40.0;
        if let Some(heading) = card.headings.iter().find(shown) {
            let (face, lines) = self.fit(heading);
            for line in lines {
                canvas.text(&line, face, (MARGIN, y + face.size), INK_ON_PAPER);
                y += face.size * 1.16;
            }
        }
        y += 75.0;
        let about = Some(&card.about).filter(shown);
        let about = about.map_or_else(Vec::new, |text| self.text.lines(text, ABOUT));
        for line in about.iter().chain(card.lines.iter().filter(shown)) {
            if y > FOOT - 80.0 {
                break;
            }
            canvas.text(&self.text.cut(line), &self.text, (MARGIN, y), INK_ON_PAPER);
            y += TEXT * 1.5;
        }
        self.foot(card, canvas);
    }

    fn foot(&self, card: &Card, canvas: &mut Canvas) {
        let mut x = MARGIN;
        if let Some(mark) = card.marks.iter().find(|text| self.can_show(text)) {
            let width = self.text.measure(mark) + 36.0;
            let (left, top) = (x as usize, FOOT as usize - 42);
            let right = (left + width as usize).next_multiple_of(2);
            canvas.fill(left..right, top..top + 60, INK_ON_MARKER.ground);
            canvas.text(mark, &self.text, (x + 18.0, FOOT), INK_ON_MARKER);
            x += width + 30.0;
        }
        let room = MARGIN + MEASURE - x;
        if self.can_show(&card.foot) && self.text.measure(&card.foot) <= room {
            canvas.text(&card.foot, &self.text, (x, FOOT), SOFT_ON_PAPER);
        }
    }

    /// Chooses the largest size in which a heading fits, and parts it into lines.
    fn fit(&self, heading: &str) -> (&Face, Vec<String>) {
        for (face, most) in &self.headings {
            let lines = face.wrap(heading);
            let fits = |line: &String| face.measure(line) <= MEASURE;
            if lines.len() <= *most && lines.iter().all(fits) {
                return (face, lines);
            }
        }
        let [.., (face, most)] = &self.headings;
        (face, face.lines(heading, *most))
    }
}

impl Default for Easel {
    fn default() -> Easel {
        Easel::new()
    }
}

/// A font in one size, with the letters that were drawn.
struct Face {
    size: f32,
    font: PxScaleFont<FontRef<'static>>,
    /// The letters of ASCII, which a font finds by a search.
    ascii: [GlyphId; 128],
    stamps: Vec<OnceLock<Stamp>>,
}

/// A drawn letter: where its corner stands from the pen, and how large it is.
#[derive(Default)]
struct Stamp {
    left: i32,
    top: i32,
    width: usize,
    height: usize,
    /// The step to the colour of the text that each pixel is at, behind `NO_INK`, row by row, for each
    /// number of steps; rows are filled up to whole lanes.
    lanes: [Vec<Lane>; Steps::ALL.len()],
}

/// Pixels that a processor looks at together.
type Lane = [u8; 16];

impl Stamp {
    /// How many lanes a row takes.
    fn span(&self) -> usize {
        self.width.div_ceil(size_of::<Lane>())
    }
}

/// What the steps of a letter are counted from. A pixel without ink has none, and is still zero when less than
/// this is taken from it, so that a processor need not tell it from others.
const NO_INK: u8 = 64;

/// The ink of a pixel that is covered; six and four divide it.
const FULL: u8 = 12;

impl Face {
    fn new(bytes: &'static [u8], size: f32) -> Face {
        let font = FontRef::try_from_slice(bytes).expect("a test reads these fonts");
        let count = font.glyph_count();
        // The crate scales by the height of a line, the size here is that of an em.
        let scale = size * font.height_unscaled() / font.units_per_em().unwrap_or(1000.0);
        Face {
            size,
            ascii: std::array::from_fn(|byte| font.glyph_id(char::from(byte as u8))),
            font: font.into_scaled(scale),
            stamps: std::iter::repeat_with(OnceLock::new).take(count).collect(),
        }
    }

    fn has(&self, c: char) -> bool {
        self.letter(c).0 != 0
    }

    fn letter(&self, c: char) -> GlyphId {
        match self.ascii.get(c as usize) {
            Some(id) => *id,
            None => self.font.glyph_id(c),
        }
    }

    fn stamp(&self, id: GlyphId) -> &Stamp {
        self.stamps[usize::from(id.0)].get_or_init(|| {
            let glyph = id.with_scale(self.font.scale());
            let Some(outlined) = self.font.outline_glyph(glyph) else {
                return Stamp::default();
            };
            let bounds = outlined.px_bounds();
            let mut stamp = Stamp {
                left: bounds.min.x as i32,
                top: bounds.min.y as i32,
                width: bounds.width() as usize,
                height: bounds.height() as usize,
                ..Stamp::default()
            };
            let span = stamp.span();
            stamp.lanes = Steps::ALL.map(|_| vec![Lane::default(); span * stamp.height]);
            outlined.draw(|x, y, part| {
                // Where outlines of one letter overlap, more than the whole pixel is covered.
                let cover = (part * f32::from(FULL)).round().min(f32::from(FULL)) as u8;
                let at = y as usize * span * size_of::<Lane>() + x as usize;
                for (lanes, steps) in stamp.lanes.iter_mut().zip(Steps::ALL) {
                    let step = (cover * steps.count() + FULL / 2) / FULL;
                    lanes.as_flattened_mut()[at] = if step > 0 { NO_INK + step } else { 0 };
                }
            });
            stamp
        })
    }

    /// Returns the letters of a line with the places of the pen, and where the pen ends.
    fn set(&self, text: &str) -> (Vec<(GlyphId, f32)>, f32) {
        let mut x = 0.0;
        let mut last = None;
        let letters = text.chars().map(|c| {
            let id = self.letter(c);
            x += last.map_or(0.0, |last| self.font.kern(last, id));
            let at = x;
            x += self.font.h_advance(id);
            last = Some(id);
            (id, at)
        });
        (letters.collect(), x)
    }

    fn measure(&self, text: &str) -> f32 {
        self.set(text).1
    }

    /// Cuts a line to the measure, at the end of a word where there is one.
    fn cut(&self, line: &str) -> String {
        let (letters, width) = self.set(line);
        if width <= MEASURE {
            return line.to_owned();
        }
        let room = MEASURE - self.measure("…");
        let fits = |&&(id, x): &&(GlyphId, f32)| x + self.font.h_advance(id) <= room;
        let count = letters.iter().take_while(fits).count();
        let kept: String = line.chars().take(count).collect();
        let word = kept.rfind(' ').filter(|at| *at > kept.len() / 2);
        let kept = word.map_or(kept.as_str(), |at| &kept[..at]);
        format!("{}…", kept.trim_end_matches([' ', ',', ':', ';', '.', '-']))
    }

    /// Parts a text into no more lines than these, the last of them cut.
    fn lines(&self, text: &str, most: usize) -> Vec<String> {
        let mut lines = self.wrap(text);
        if let Some(rest) = lines.get(most - 1..).map(|rest| rest.join(" ")) {
            lines.truncate(most - 1);
            lines.push(rest);
        }
        lines.iter().map(|line| self.cut(line)).collect()
    }

    fn wrap(&self, text: &str) -> Vec<String> {
        let space = self.measure(" ");
        let mut lines: Vec<String> = Vec::new();
        let mut used = 0.0;
        for word in text.split_whitespace() {
            let width = self.measure(word);
            match lines.last_mut() {
                Some(line) if used + space + width <= MEASURE => {
                    line.push(' ');
                    line.push_str(word);
                    used += space + width;
                }
                _ => {
                    lines.push(word.to_owned());
                    used = width;
                }
            }
        }
        lines
    }
}

/// A picture: the numbers of colours, row by row.
struct Canvas {
    pixels: Vec<u8>,
    /// Which rows differ from a card that says nothing.
    marked: Vec<bool>,
}

/// The pixels of a row; the last lane of a letter may end behind those that are shown.
const STRIDE: usize = WIDTH + size_of::<Lane>();

/// A row of a card that says nothing: the stripe at the left.
const EMPTY: [u8; STRIDE] = {
    let mut row = [INK_ON_PAPER.ground; STRIDE];
    let mut column = 0;
    while column < 28 {
        row[column] = INK_ON_MARKER.ground;
        column += 1;
    }
    row
};

/// The bytes of a row: the number of its filter, and two pixels a byte.
type Packed = [u8; 1 + WIDTH / 2];

thread_local! {
    // It is drawn on again: memory of this size is the system's each time, which clears all of it.
    static CANVAS: RefCell<Canvas> = RefCell::new(Canvas::new());
}

impl Canvas {
    fn new() -> Canvas {
        Canvas {
            pixels: EMPTY.repeat(HEIGHT),
            marked: vec![false; HEIGHT],
        }
    }

    fn clear(&mut self) {
        let (rows, _) = self.pixels.as_chunks_mut();
        for (row, marked) in rows.iter_mut().zip(&mut self.marked) {
            if std::mem::take(marked) {
                *row = EMPTY;
            }
        }
    }

    /// Returns a row to draw on.
    fn row(&mut self, row: usize) -> &mut [u8] {
        self.marked[row] = true;
        &mut self.pixels[row * STRIDE..][..STRIDE]
    }

    /// Fills a rectangle.
    fn fill(&mut self, columns: Range<usize>, rows: Range<usize>, colour: u8) {
        for row in rows {
            self.row(row)[columns.clone()].fill(colour);
        }
    }

    /// Draws a line of text from a point on its base line.
    fn text(&mut self, text: &str, face: &Face, (x, y): (f32, f32), shades: Shades) {
        for (id, at) in face.set(text).0 {
            let stamp = face.stamp(id);
            let left = (x + at).round() as i32 + stamp.left;
            let top = y.round() as i32 + stamp.top;
            // Lines are cut to the measure, so no letter hangs over the edge.
            let (Ok(left), Ok(top)) = (usize::try_from(left), usize::try_from(top)) else {
                continue;
            };
            if left + stamp.width <= WIDTH && top + stamp.height <= HEIGHT {
                self.stamp(stamp, (left, top), shades);
            }
        }
    }

    fn stamp(&mut self, stamp: &Stamp, (left, top): (usize, usize), shades: Shades) {
        let lanes = &stamp.lanes[shades.steps as usize];
        let below = NO_INK - (shades.first - 1);
        // A letter without ink, a space, has no lanes.
        for (row, lanes) in lanes.chunks(stamp.span().max(1)).enumerate() {
            let (pixels, _) = self.row(top + row)[left..].as_chunks_mut::<16>();
            for (pixels, lane) in pixels.iter_mut().zip(lanes) {
                // Where letters meet, the darker of the two stays; a ground is before its colours. All are
                // looked at before one is written, or a processor would take them one by one.
                *pixels = std::array::from_fn(|at| pixels[at].max(lane[at].saturating_sub(below)));
            }
        }
    }

    fn pack(&self) -> Vec<u8> {
        let packed = self.compress().and_then(|data| {
            let mut bytes = Vec::with_capacity(data.len() + 256);
            let mut encoder = Encoder::new(&mut bytes, WIDTH as u32, HEIGHT as u32);
            encoder.set_color(ColorType::Indexed);
            encoder.set_depth(BitDepth::Four);
            encoder.set_palette(palette());
            let mut writer = encoder.write_header()?;
            writer.write_chunk(png::chunk::IDAT, &data)?;
            writer.finish()?;
            Ok::<_, EncodingError>(bytes)
        });
        packed.expect("memory can be written to")
    }

    /// Compresses the rows, as differences from those above them.
    ///
    /// Most rows are those above them, so what is left is as small as with zlib's first level, in less
    /// than half the time. The crate of pictures would ask for all rows as one and look at each.
    fn compress(&self) -> Result<Vec<u8>, EncodingError> {
        let mut compressor = Compressor::new(Vec::with_capacity(1 << 15))?;
        let mut above = [0; WIDTH / 2];
        let mut differences: Packed = [0; 1 + WIDTH / 2];
        differences[0] = Filter::Up as u8;
        let same = differences;
        let mut is_known = false;
        let (rows, _) = self.pixels.as_chunks::<STRIDE>();
        for (row, &marked) in rows.iter().zip(&self.marked) {
            if is_known && !marked {
                compressor.write_data(&same)?;
                continue;
            }
            is_known = !marked;
            let packed = pack_row(row);
            for ((difference, new), old) in differences[1..].iter_mut().zip(&packed).zip(&above) {
                *difference = new.wrapping_sub(*old);
            }
            above = packed;
            compressor.write_data(&differences)?;
        }
        Ok(compressor.finish()?)
    }
}

/// Packs the pixels of a row, of which sixteen colours take half a byte each.
fn pack_row(row: &[u8; STRIDE]) -> [u8; WIDTH / 2] {
    let mut packed = [0; WIDTH / 2];
    for (byte, pair) in packed.iter_mut().zip(row.as_chunks().0) {
        // Both pixels as one number, so that a processor takes several pairs at once.
        let both = u16::from_le_bytes(*pair);
        *byte = (both << 4 | both >> 8) as u8;
    }
    packed
}

fn palette() -> Vec<u8> {
    let mut colours = vec![0; 16 * 3];
    let mut shade = |shades: Shades, ground: [u8; 3], text: [u8; 3]| {
        colours[usize::from(shades.ground) * 3..][..3].copy_from_slice(&ground);
        let steps = u32::from(shades.steps.count());
        for step in 1..=shades.steps.count() {
            let at = usize::from(shades.first + step - 1) * 3;
            let step = u32::from(step);
            for part in 0..3 {
                let (from, to) = (u32::from(ground[part]), u32::from(text[part]));
                colours[at + part] = ((from * (steps - step) + to * step) / steps) as u8;
            }
        }
    };
    shade(INK_ON_PAPER, PAPER, INK);
    shade(SOFT_ON_PAPER, PAPER, SOFT);
    shade(INK_ON_MARKER, MARKER, INK);
    colours
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(png: &[u8]) -> Vec<u8> {
        let decoder = png::Decoder::new(std::io::Cursor::new(png));
        let mut reader = decoder.read_info().expect("a header");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut bytes).expect("a picture");
        assert_eq!((info.width, info.height), (WIDTH as u32, HEIGHT as u32));
        bytes
    }

    fn card(heading: &str) -> Card {
        Card {
            over: "Daily Papers".to_owned(),
            headings: vec![heading.to_owned(), "2025-08-06".to_owned()],
            ..Card::default()
        }
    }

    #[test]
    fn what_the_fonts_lack_gives_way_to_what_they_have() {
        let easel = Easel::new();
        assert!(easel.can_show("TÜLU 3: κ-Space, Привет – “ok”"));
        assert!(!easel.can_show("今日の論文"));
        assert!(!easel.can_show("أوراق اليوم"));
        assert!(!easel.can_show(""));
        let plain = pixels(&easel.draw(&card("2025-08-06")));
        assert_eq!(pixels(&easel.draw(&card("今日の論文"))), plain);
    }

    #[test]
    fn a_letter_drawn_before_is_drawn_alike() {
        let easel = Easel::new();
        let first = easel.draw(&card("Wavelets, AVATAR and Tokens"));
        assert_eq!(easel.draw(&card("Wavelets, AVATAR and Tokens")), first);
        assert_eq!(
            Easel::new().draw(&card("Wavelets, AVATAR and Tokens")),
            first
        );
        assert_ne!(easel.draw(&card("Other Words")), first);
    }

    #[test]
    fn a_picture_holds_what_is_on_the_canvas() {
        let easel = Easel::new();
        let mut canvas = Canvas::new();
        let (blank, _) = canvas.pixels.as_chunks::<STRIDE>();
        assert!(blank.iter().all(|row| *row == EMPTY));
        canvas.fill(0..3, 0..1, 5);
        canvas.fill(31..1200, 100..103, 9);
        canvas.text("Wavelets", &easel.text, (900.0, 101.0), INK_ON_PAPER);
        canvas.text("Tokens", &easel.headings[0].0, (33.0, 620.0), INK_ON_MARKER);
        canvas.fill(0..1200, 629..630, 15);
        let (rows, _) = canvas.pixels.as_chunks::<STRIDE>();
        let expected: Vec<u8> = rows.iter().flat_map(|row| row[..WIDTH].to_vec()).collect();
        let packed = pixels(&canvas.pack());
        let found: Vec<u8> = packed
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .collect();
        assert!(found == expected);
        canvas.clear();
        assert!(canvas.pixels == Canvas::new().pixels);
    }

    #[test]
    fn no_letter_covers_more_than_a_pixel_has() {
        let easel = Easel::new();
        let faces = easel.headings.iter().map(|(face, _)| face);
        for face in faces.chain([&easel.text]) {
            for id in 0..face.stamps.len() {
                let stamp = face.stamp(GlyphId(id as u16));
                for (lanes, steps) in stamp.lanes.iter().zip(Steps::ALL) {
                    let all = lanes.as_flattened();
                    assert!(
                        all.iter().all(|&step| step <= NO_INK + steps.count()),
                        "glyph {id}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_heading_stays_in_its_measure() {
        let easel = Easel::new();
        let long = "incomprehensibilities of ".repeat(30);
        for heading in ["A", "Two Words", &"x".repeat(300), &long, "a b c"] {
            let (face, lines) = easel.fit(heading);
            assert!(lines.len() <= 4, "{heading}");
            for line in &lines {
                assert!(face.measure(line) <= MEASURE, "{line}");
            }
        }
        let (_, lines) = easel.fit(&long);
        assert!(lines[3].ends_with('…'));
    }
}
