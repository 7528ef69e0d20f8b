//! Writing once what comes out the same on every page: what names nothing but `site`, as a title or a menu
//! does, is a third of what there is to do for a page in most themes.
//!
//! Where two parts of a site see another `site` and it comes out otherwise, as a menu does that marks where one
//! is, it stays as it is; so does what cannot be told.

use crate::theme::value::Value;

use super::run::{Tools, is_true, run};
use super::{Expression, Node};

/// Writes what names nothing but the site, for pages that are given one of these.
pub fn fold(nodes: Vec<Node>, site: usize, sites: &[Value], tools: Tools<'_>) -> Vec<Node> {
    let folding = Folding { site, sites, tools };
    let mut folded = Vec::with_capacity(nodes.len());
    folding.add(nodes, &mut folded);
    folded
}

struct Folding<'f> {
    site: usize,
    sites: &'f [Value],
    tools: Tools<'f>,
}

impl Folding<'_> {
    fn add(&self, nodes: Vec<Node>, folded: &mut Vec<Node>) {
        for node in nodes {
            if let Node::Text(text, _) = &node {
                push_text(text, folded);
                continue;
            }
            if !self.is_constant(&node, &[]) {
                self.add_inside(node, folded);
                continue;
            }
            match self.write(&node) {
                Some(text) => push_text(&text, folded),
                // A loop may turn for long, and those within it nearly as long.
                None if matches!(node, Node::For(_)) => folded.push(node),
                None => self.add_inside(node, folded),
            }
        }
    }

    fn add_inside(&self, node: Node, folded: &mut Vec<Node>) {
        let all = |nodes| {
            let mut folded = Vec::new();
            self.add(nodes, &mut folded);
            folded
        };
        match node {
            Node::If(branches, mut otherwise) => {
                let mut kept = Vec::new();
                for (condition, nodes) in branches {
                    match self.is_always(&condition) {
                        Some(false) => {}
                        Some(true) => {
                            otherwise = nodes;
                            break;
                        }
                        None => kept.push((condition, all(nodes))),
                    }
                }
                match kept.is_empty() {
                    true => self.add(otherwise, folded),
                    false => folded.push(Node::If(kept, all(otherwise))),
                }
            }
            Node::For(mut inside) => {
                inside.body = all(inside.body);
                inside.otherwise = all(inside.otherwise);
                folded.push(Node::For(inside));
            }
            // What is included was folded where it was read.
            node => folded.push(node),
        }
    }

    /// Tells whether a node names nothing but the site, and what loops around it are over.
    fn is_constant(&self, node: &Node, bound: &[usize]) -> bool {
        let all = |nodes: &[Node], bound: &[usize]| {
            nodes.iter().all(|node| self.is_constant(node, bound))
        };
        match node {
            Node::Text(..) => true,
            Node::Print(expression) => self.names_constants(expression, bound),
            Node::If(branches, otherwise) => {
                let mut branches = branches.iter();
                branches.all(|(condition, nodes)| {
                    self.names_constants(condition, bound) && all(nodes, bound)
                }) && all(otherwise, bound)
            }
            Node::For(inside) => {
                let within = [bound, &[inside.name]].concat();
                self.names_constants(&inside.over, bound)
                    && all(&inside.body, &within)
                    && all(&inside.otherwise, bound)
            }
            Node::Include(nodes) => nodes.iter().all(|node| matches!(node, Node::Text(..))),
            Node::Set(..) | Node::Call(..) => false,
        }
    }

    fn names_constants(&self, expression: &Expression, bound: &[usize]) -> bool {
        let mut are_constants = true;
        expression.each(&mut |part| match part {
            Expression::Path(root, _) => {
                are_constants &= *root == self.site || bound.contains(root);
            }
            Expression::Tera(snippet) => {
                let mut names = snippet.names.iter();
                are_constants &= names.all(|name| *name == self.site || bound.contains(name));
            }
            // The loop may be one of those that are not constant.
            Expression::Turn(_) => are_constants &= !bound.is_empty(),
            _ => {}
        });
        are_constants
    }

    /// Writes a node; `None` where it does not come out the same, or cannot be told.
    fn write(&self, node: &Node) -> Option<String> {
        self.same(|roots| {
            let sheet = run(std::slice::from_ref(node), roots, self.tools, None);
            Some(sheet.ok()?.as_str().to_owned())
        })
    }

    /// Tells whether a condition holds on each page, or on none.
    fn is_always(&self, condition: &Expression) -> Option<bool> {
        self.names_constants(condition, &[]).then_some(())?;
        self.same(|roots| is_true(condition, roots, self.tools).ok())
    }

    fn same<T: PartialEq>(&self, tell: impl Fn(&[Option<&Value>]) -> Option<T>) -> Option<T> {
        let mut all = self.sites.iter().map(|site| {
            let mut roots = vec![None; self.tools.names.len()];
            roots[self.site] = Some(site);
            tell(&roots)
        });
        let first = all.next().flatten()?;
        all.all(|other| other.as_ref() == Some(&first))
            .then_some(first)
    }
}

/// Adds a text, which becomes one with the text before it.
fn push_text(text: &str, nodes: &mut Vec<Node>) {
    match nodes.last_mut() {
        _ if text.is_empty() => {}
        Some(Node::Text(before, _)) => *before = [&**before, text].concat().into(),
        _ => nodes.push(Node::text(text)),
    }
}
