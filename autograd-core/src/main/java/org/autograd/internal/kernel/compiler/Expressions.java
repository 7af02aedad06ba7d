package org.autograd.internal.kernel.compiler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.autograd.expression.Expression;

/** Walks over expressions without recursion: a chain of operations may be thousands long. */
final class Expressions {
  private Expressions() {}

  /** Returns the given expressions and all that they are made of, operands before users. */
  static List<Expression> ordered(Collection<Expression> roots) {
    return ordered(roots, expression -> true);
  }

  /** Returns the same, but neither what is not wanted nor what is only below that. */
  static List<Expression> ordered(Collection<Expression> roots, Predicate<Expression> wanted) {
    List<Expression> ordered = new ArrayList<>();
    Set<Expression> entered = new HashSet<>();
    Set<Expression> finished = new HashSet<>();
    Deque<Expression> stack = new ArrayDeque<>();
    for (Expression root : roots) {
      stack.push(root);
      while (!stack.isEmpty()) {
        Expression top = stack.peek();
        if (!finished.contains(top) && wanted.test(top) && entered.add(top)) {
          // The first operand is to come out first, so it goes onto the stack last.
          top.operands().reversed().forEach(stack::push);
        } else {
          stack.pop();
          if (entered.contains(top) && finished.add(top)) {
            ordered.add(top);
          }
        }
      }
    }
    return ordered;
  }
}
