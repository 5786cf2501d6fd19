"""The words people use, in six languages, and the concept each stands for.

A phrase (lower case, accents removed, words separated by one space) maps to a `(kind, value)`. The longest phrase wins. The
grammar in `parse` sees only concepts, so a new wording or language is a line here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

Concept = tuple[str, object]

# Phrases are separated by "|"; languages stand side by side because a trader's sentence mixes them.
_TABLE: Final[dict[str, dict[object, str]]] = {
    # -- actions ------------------------------------------------------------------------------------------------------
    "act": {
        "buy": """buy|buys|buying|buy it|purchase|bid|comprar|compra|compro|compre|compramos|comprare|kaufen|kaufe|kauf|kaufst|acheter|achete|achat
            |achetez|acquerir|买入|买进|买|购买|open buy|open a buy|place a buy|buy signal|buy order|enter a buy|einsteigen|buy in|buy some
            |open a position|enter a position|open position|enter position|take a position|enter|entry|enter the market|enter trade|enter a trade
            |entrada|entrar|entra|einstieg|entree|entrer|entre en position|开仓|入场|进场|enters|entering|entries|get in|open a trade|open trade
            |buy condition|buy conditions|buy rule|entry rule|entry rules|entry condition|entry conditions|entry signal|buy when|j'achete|compres|buys it|aufstocken|achetons|buy entry|long buy|open buys|place buy|place buy order|place a buy order|take the trade|take trade|take a trade|place a trade|initiate a position|initiate a trade|enter the trade|enter into a trade|enter a new position|open a new position|new position|kaufsignal|kaufsignale|einstiegssignal|kauforder|senal de compra|senales de compra|sinal de compra|signal d'achat|signaux d'achat|ordre d'achat|买入信号|买点|buy signals|entry criteria|entry trigger|buy trigger|buy setup|entry setup|buy criteria|to enter|to buy|we buy|i buy|we enter|i enter|kaufen wir|kaufe ich|wird gekauft|se compra|on achete|on rentre|je rentre|rentre|rentrer|bought|i bought|if i bought|had bought|if you bought|buying at|in when|in if|be in when|invested when|be invested when|in the market when|in the market if|be long when|be long if|stay in when|be in if""",
        "long": """long|longs|go long|going long|enter long|open long|open a long|open long position|long entry|take a long|long position|a long
            |open a long position|long trade|long only trades|abrir largo|abrir long|posicion larga|largo|en largo|entrar largo|entrar en largo|entrar comprado|compra (long)
            |ir largo|ir em long|position longue|long gehen|long-position|ouvrir une position longue|做多|开多|开多仓|purchase rise|buy call|call|enter a long
            |enter long when|enter a long position|long side|longs when|buy long|buy longs|go lonng|buy rise|rise|entrar long|prendre position longue|initiate long|open rise|start rise|start the rise|purchase a rise|buy a rise|a rise trade|rise trade|buy a rise trade|we buy a rise trade|open a rise|trade rise|rise contract|enter rise|go for rise|a call|buy calls|open call|open a call|enter call|call option|call trade|purchase call|purchase calls|place call|place a call|comes in with a call|trade call|operacion de compra|orden de compra|posicion de compra|abrir compra|abrir una compra|abrir compras|se abre la operacion de compra|se abre una compra|abre compra|abre una compra|open buy trade|open a buy trade|buy trade|buy position|open buy position|take a buy|enter buy|go buy|longs allowed|long trades|long positions|long entries|long setup|long trigger|to go long|i go long|we go long|long signal|long condition|long conditions|for longs|for long|for long trades|for a long|for a buy|for buys|buys if|long rule|rules for long|rules for longs|entra en largo|entro en largo|entrar en largos|abrir largos|entradas largas|ponerse largo|me pongo largo|abre long|ouvre un long|j'ouvre un long|ouvrir un long|prendre un long|achat long|long eroffnen|long einsteigen|long-einstieg|long-signal|gehe long|geh long|ich gehe long|entro comprado|entre comprado|做多条件|多头|多单|开多单|enter longs|enter long trade|enter long trades|open longs|go long on|take long|take longs|take long trades|take long positions|largos|entradas en largo|largo si|entrada larga|longs:|compras|compras cuando""",
        "short": """short|shorts|go short|going short|enter short|open short|open a short|short entry|sell short|short sell|short position|a short
            |take a short|open short position|open a short position|short trade|selling short|shorting|corto|en corto|abrir corto|posicion corta|vender en corto|vender corto|venda a descoberto
            |vender a descoberto|entrar vendido|entrar corto|entrar en corto|leerverkauf|leerverkaufen|short gehen|vente a decouvert|vendre a decouvert|position courte|做空|开空|开空仓|卖空|purchase fall|buy put|put|enter a short
            |enter a short position|short side|sell fall|buy fall|fall trade|initiate short|shortear|open fall|start fall|start the fall|purchase a fall|buy a fall|a fall trade|buy a fall trade|open a fall|trade fall|fall contract|enter fall|go for fall|a put|buy puts|open put|open a put|enter put|put option|put trade|purchase puts|place put|place a put|comes in with a put|trade put|operacion de venta|orden de venta|posicion de venta|abrir venta|abrir una venta|abrir ventas|se abre la operacion de venta|se abre una venta|abre venta|abre una venta|open a sell|open sell|open sell trade|open a sell trade|open a sell position|open sell position|sell trade|sell position|sell entry|enter sell|enter a sell|take a sell|go sell|short trades|short positions|short entries|short setup|short trigger|to go short|i go short|we go short|short signal|short condition|short conditions|for shorts|for short|for short trades|for a short|for a sell|for sells|short rule|rules for short|rules for shorts|vends a decouvert|vend a decouvert|vendez a decouvert|je vends a decouvert|entra en corto|entro en corto|abrir cortos|entradas cortas|ponerse corto|me pongo corto|abre short|ouvre un short|ouvrir un short|prendre un short|short eroffnen|short einsteigen|short-einstieg|short-signal|gehe short|geh short|ich gehe short|entro vendido|entre vendido|做空条件|空头|空单|开空单|enter shorts|enter short trade|enter short trades|open shorts|go short on|take short|take shorts|take short trades|take short positions|vendre short|sell-side|cortos|entradas en corto|entrada corta|ventas|vender corto si|verkaufe leer|verkaufen leer|leer verkaufen|leerverkaufe|shorte|shorten|shortet|shortea""",
        "sell": """sell|sells|selling|sold|sell it|vender|venda|venta|vende|vendo|vendre|vente|vends|vendez|verkaufen|verkaufe|verkauf|卖出|卖|出售|抛售|sell signal|sell order|open sell|open a sell
            |sell condition|sell conditions|sell rule|sell when|sale|for sale|sells if|vender si|revender|revendre|revends|je vends|je revends|vendemos|vendes|verkaufst|verkaufssignal|verkaufssignale|verkauforder|verkaufsorder|senal de venta|senales de venta|sinal de venda|signal de vente|卖出信号|卖点|sell signals|sell trigger|sell setup|sell criteria|to sell|we sell|i sell|verkaufe ich|wird verkauft|se vende|on vend""",
        "exit": """exit|exits|exiting|exit trade|exit the trade|exit position|exit the position|exit when|close position|close the position|close positions
            |close the trade|close trade|close trades|close all|close all trades|close all positions|close it|close out|close the deal|closing the trade|get out|get me out|be out|out|liquidate
            |close any position|flatten|go flat|sell to close|take profits when|salir|salida|salgo|cerrar|cierra|cierro|cerrar posicion|cerrar la posicion|cierre de posicion|saida|sair|fechar|fecha
            |fechar posicao|fechar a posicao|encerrar|ausstieg|aussteigen|schliessen|schliesse|position schliessen|glattstellen|sortie|sortir|sors|cloturer|cloture la position|fermer|ferme la position|平仓|离场|出场|退出|清仓|exit rule
            |exit rules|exit condition|exit conditions|exit signal|forced exit|exit signals|take the trade off|leave the trade|bail|bail out|signals the exit|exit it|dump it|dump|flat|be flat|all out|everything closed|exit the market|leave the market|close everything|close all open trades|close all open positions|close any open trade|close any open position|close open positions|close open trades|close the open position|exit all|exit all positions|exit all trades|sell everything|get out of the trade|get out of the position|liquidate everything|liquidate the position|close my position|close your position|exit your position|offload|unload|salgo de la posicion|salir de la posicion|cierra la posicion|se cierra la posicion|se cierra la operacion|cerrar la operacion|cierra la operacion|cerramos|salimos|sai|saio|encerro|encerra|fecho|sair da posicao|raus|steige aus|ich steige aus|position wird geschlossen|positionen schliessen|je sors|on sort|je cloture|je coupe|couper la position|sortie de position|sortir de position|出来|平掉|全部平仓|平仓出局|unwind|unwind the position|close position when|sell the position|exits when|position closed|position is closed|trade is closed|close the trade when|all positions closed|all positions are closed|exit everything|get out of everything|square off|square-off|squareoff|square off at|square it off|squared off|book profit|book profits|closes position|closes the position|closes the trade|cerrar todo|cierra todo|fechar tudo|zerar|zera|zerar posicao|alles schliessen|tout fermer|tout cloturer|closing all|close all positions at|close all at|exit criteria|exit trigger|exit setup|to exit|we exit|i exit|to close|we close|i close|ausstiegssignal|salida de la operacion|criterio de salida|condicion de salida|condicao de saida|regla de salida|sinal de saida|senal de salida|signal de sortie|closes at|out when|out if|be out when|be out if|in cash when|stay out when|go to cash when|go to cash|to cash|move to cash""",
        "exit_long": """exit long|exit longs|close long|close longs|close the long|close long position|close my long|close the long position|long exit|exit the long|sell long|cerrar largos|cerrar largo|cerrar la posicion larga|fechar long|fechar compra
            |long schliessen|fermer le long|cloturer le long|平多|exit buy|exit a long|liquidate long|long position exit|salir de largos|salida de largos|exit from long|exit from longs|exit the long position|long closes|longs close|longs exit|exits long|close buy|close buys|close the buy|close buy position|close buy positions|cerrar compras|cerrar compra|cierro largos|cierra largos|sell to close long|多单平仓|多头平仓|平多单|clore le long|long-ausstieg|long glattstellen|exit longs when""",
        "exit_short": """exit short|exit shorts|close short|close shorts|close the short|close short position|close the short position|short exit|exit the short|cover|cover short|buy to cover|cover the short|cerrar cortos|cerrar corto|cerrar la posicion corta
            |fechar short|fechar venda|short schliessen|fermer le short|cloturer le short|平空|exit a short|covers|liquidate short|salir de cortos|salida de cortos|exit from short|exit from shorts|exit the short position|shorts close|short closes|shorts exit|exits short|close sell|close sells|close the sell|close sell position|close sell positions|cerrar ventas|cerrar venta|cierro cortos|cierra cortos|cover when|cover at|cover shorts|空单平仓|空头平仓|平空单|clore le short|short-ausstieg|short glattstellen|recomprar|recompro|eindecken|buy back|buyback|buy it back|buys back|bought back|buy to close|recompra|zuruckkaufen|racheter|rachat""",
    },
    # -- logic --------------------------------------------------------------------------------------------------------
    "if": {
        True: """if|when|whenever|once|as soon as|every time|each time|in case|provided|provided that|on condition that|where|wenn|falls|sobald|immer wenn|si|cuando|siempre que|cada vez que
            |quando|se|sempre que|toda vez que|quand|lorsque|lorsqu|des que|chaque fois que|当|如果|若|一旦|conditions|rules|rule|condition|on|upon|until|hasta que|jusqu|ate que|bis|the moment|wait for|wait until|wait till|waits for|warte bis|espera a que|esperar a que|attendre que""",
    },
    "only": {True: "only|only if|only when|only while|only on|just|nur|nur wenn|solo|solo si|solo cuando|solamente|so quando|somente|apenas|seulement|seulement si|uniquement|只|仅|只有|exclusively|but only if|but only when"},
    "filter": {
        True: """while|as long as|with|and only if|only take trades when|filter|filtered by|trend filter|solange|mientras|enquanto|tant que|con|com|mit|avec
            |given|given that|whilst|during|confirmed by|confirmation|as a filter|filtro|and also|plus|as confirmation|under the condition""",
    },
    "and": {True: "and|&|&&|und|y|e|et|且|并且|同时|和|以及|而且|并|but|pero|mas|mais|aber|sowie|tambien|tambem|aussi|auch|also|as well as|plus"},
    "or": {True: "or|or else|oder|o|u|ou|或|或者|either|whichever comes first|whichever first|whatever comes first|what ever comes first"},
    "not": {True: "not|no|nicht|kein|keine|ne|pas|nao|不|never|isn't|without|sin|sem|ohne|sans|无|don't|doesn't|n't|none"},
    "then": {True: "then|->|=>|→|dann|entonces|entao|alors|就|则|therefore|do|and then|make"},
    "else": {True: "otherwise|else|sonst|de lo contrario|sinon|caso contrario|否则"},
    "both": {True: "both|ambos|ambas|beide|les deux|all|alle|todos|todas|tous|all three|all of them|alle drei|both of them|los tres|los dos|两者|都"},
    # -- comparing ----------------------------------------------------------------------------------------------------
    "cmp": {
        ">": """>|above|over|greater than|higher than|bigger than|larger than|more than|exceeds|exceed|exceeding|is above|stays above|on top of|greater|larger
            |por encima de|encima de|sobre|mayor que|mayor a|superior a|supera|supere|acima de|acima da|acima do|acima|maior que|maior do que|uber|ueber|oberhalb|grosser als|hoher als|mehr als|liegt uber
            |au-dessus de|au dessus de|au-dessus du|au dessus du|superieur a|plus grand que|plus haut que|depasse|大于|高于|超过|在 上方|上方|higher|bullish above|trades above|trading above|holds above
            |up over|is over|outside above|por encima|mas alto que|mas de|acima dos|mas alta que|mais alto que|superior|mas grande que|exceeded|之上|以上|高过|大过|站在""",
        "<": """<|below|under|less than|lower than|smaller than|is below|beneath|underneath|fewer than|lower|smaller|less|por debajo de|debajo de|bajo|menor que|menor a|inferior a|abajo de|abaixo de
            |abaixo da|abaixo do|abaixo|menor do que|unter|unterhalb|kleiner als|niedriger als|tiefer als|weniger als|liegt unter|en dessous de|au-dessous de|au dessous de|en-dessous de|sous|inferieur a|plus petit que|plus bas que|小于|低于|少于|下方
            |trades below|trading below|stays below|por debajo|mas bajo que|mais baixo que|inferior|bellow|menos de|en dessous|sous la|sous le|之下|以下|低过|小过|dipped under|dipped below|slipped below|slipped under|slips below|slips under""",
        ">=": """>=|≥|at least|or more|no less than|not less than|greater than or equal to|above or equal to|al menos|como minimo|por lo menos|mindestens|au moins|pelo menos|大于等于|至少|不低于|or higher|or above|greater or equal to|greater or equal|minimum of""",
        "<=": """<=|≤|at most|or less|no more than|not more than|less than or equal to|a lo sumo|como maximo|hochstens|au plus|no maximo|小于等于|至多|不高于|不超过|or lower|or below|lower or equal to|maximum of|less or equal to|最多""",
        "==": "=|==|equals|is equal to|equal to|igual a|gleich|egal a|等于|is exactly|equal",
        "!=": "!=|≠|not equal to|is not equal to|<>",
    },
    "drop": {  # moves that allow both level and cross; read as the level
        "<": """pierda|pierde|perder|perde|perca|pierda los|darunter|drops below|drop below|falls below|fall below|dips below|dip below|goes below|go below|moves below|moves under|goes under|falls under|drops under|gets below|dropped below|fell below
            |breaks below|break below|breaks under|breaks down below|broke below|dips under|cae por debajo de|baja de|cae bajo|baja por debajo de|cai abaixo de|fallt unter|sinkt unter|tombe sous|passe sous|descend sous
            |跌破|跌至|下跌到|drops beneath|sinks below|slips below|breaks the low of|caiga por debajo de|baje de|cair abaixo de|breaking below|rompe por debajo de|rompe abaixo de|unterschreitet|casse sous|falls to below|gets under
            |is down below|moved below|pierces below|below or at|caia por debajo de|ficar abaixo de|breakdown below|break of the lower|breaks beneath|falling below|dropping below|dropping under|falling under|es menor que|goes beneath|a break below|repasse sous|gets lower than|goes lower than|falls past|moves past below|pops below|pokes below|ticks below|prints below|fallt auf unter|unter fallt|baixar de|cair de|estiver abaixo de|fique abaixo de|ficar menor que|baje por debajo de|baja por debajo|caiga bajo|caiga de|redescend sous|repasse en dessous de|passe en dessous de|passe en-dessous de|descend en dessous de|跌到|跌穿|下破|跌下""",
        ">": """daruber|rises above|rise above|goes above|go above|goes over|moves above|moves over|climbs above|gets above|gets over|breaks above|break above|breaks over|breaks out above|broke above|breakout above|breaks|break out of|breaks out of|exceeds the
            |sube por encima de|sube de|supera los|rompe por encima de|rompe|sobe acima de|rompe acima de|steigt uber|passe au-dessus de|passe au dessus de|monte au-dessus de|casse au-dessus de|突破|升破|涨破|上涨到|rises over|jumps above|spikes above|surges above|spikes over|pushes above
            |suba por encima de|suba de|supere los|subir acima de|ficar acima de|uberschreitet|breaking above|breaks through above|rising above|climbing above|is up above|moved above|pierces above|a break above|breakout over|breaks up through|repasse au-dessus de|surpasses|going above|passar de|passe de|passar dos|ultrapassar|ultrapassa|ultrapasse|superar|supere|superar los|pase de|pasa de|pasar de|subir de|estar acima de|estiver acima de|fique acima de|ficar maior que|gets higher than|goes higher than|rises past|goes past|moves past|gets past|climbs past|climbs over|pops above|pops over|poked above|pokes above|ticks above|prints above|steigt auf uber|uber steigt|ubersteigt|depassera|passe au-dessus du|passe au-dessus|remonte au-dessus de|remonte au dessus de|haben uberschritten|站上|涨到|升至|上破|涨过|break of|a break of|the break of|breakout of|a breakout of|on a break of|ruptura de|rompimento de|rompimento da|rompimento do|ausbruch uber|cassure de|casse|il casse|franchit|perce|rompt|cassent""",
    },
    "cross": {
        "up": """crosses above|cross above|crossing above|crossed above|crosses over|cross over|crossover|crossing over|crossed over|crosses up|cross up|crossing up|crosses upward|crosses upwards|crosses up through
            |crosses up over|crosses up above|crosses from below|cross from below|crosses back above|crosses above its|moves up through|crosses upwards through|cruza por encima de|cruza hacia arriba|cruza al alza|cruce por encima de
            |cruza encima de|cruzar acima da|cruzar acima de|cruzar acima do|cruza acima da|cruza acima de|cruza acima do|cruza para cima|cruzar para cima|cruzar por encima de|cruce al alza|kreuzt uber|kreuzt nach oben|von unten kreuzt|nach oben kreuzt|von unten nach oben kreuzt|uberkreuzt|croise au-dessus de|croise au dessus de|croise a la hausse|croise vers le haut|passe a la hausse
            |上穿|金叉|向上穿越|向上突破|crosses through above|crosses to the upside|crosses it from below|crossing up through|crossover above|crossing above the|cross upwards|crossing upward|crosses bullish
            |durchbricht nach oben|schneidet von unten|crosses back over|crosses bullishly above|bullish cross of|cruzar para cima da|cruza para cima da|cruzar por cima da|cruzar por cima de|crosses back up|crosses back up through|crosses back up above|crosses back above the|cuts above|cut above|cuts up|cuts through from below|corta al alza|corta hacia arriba|corta por encima de|corta para cima|coupe a la hausse|coupe vers le haut|schneidet nach oben|crosses upward through|crosses over to the upside|crosses to above|croisement a la hausse|croise par le haut|cruce alcista|cruza alcista|bullish cross|bullish crossover|bullishly crosses|crosses bullishly|golden crosses|向上交叉|上叉|crosses up and over|cross over above|crossing back above|cross back above|cross back over|crossed back above|recrosses above|moves back above|reclaims|reclaim|breaks and closes above|kreuzt von unten|von unten schneidet|nach oben schneidet|nach oben durchbricht|steigt von unten uber|aufwarts kreuzt|kreuzt aufwarts|cruza de abajo hacia arriba|cruza de abajo a arriba|cruza de baixo para cima|cruzar de baixo para cima|crosses from below to above|crosses from below above|goes from below to above|crosses from under to over""",
        "down": """crosses below|cross below|crossing below|crossed below|crosses under|cross under|crossunder|crossing under|crossed under|crosses down|cross down|crossing down|crosses downward|crosses downwards
            |crosses down through|crosses down below|crosses down under|crosses from above|cross from above|crosses back below|crosses back under|crosses back down|cruza por debajo de|cruza hacia abajo|cruza a la baja|cruce por debajo de|cruzar abaixo da
            |cruzar abaixo de|cruzar abaixo do|cruza abaixo da|cruza abaixo de|cruza abaixo do|cruza para baixo|cruzar para baixo|cruzar por debajo de|cruce a la baja|kreuzt unter|kreuzt nach unten|von oben kreuzt|nach unten kreuzt|von oben nach unten kreuzt|unterkreuzt|croise en dessous de|croise en-dessous de|croise sous
            |croise a la baisse|croise vers le bas|passe a la baisse|下穿|死叉|向下穿越|向下跌破|crosses to the downside|crosses it from above|crosses down beneath|crosses beneath|cross downwards|schneidet von oben|durchbricht nach unten
            |bearish cross of|crosses bearishly below|crosses back down below|crosses back down through|crosses back down under|crosses bearish|cruzar para baixo da|cruza para baixo da|cruzar por baixo da|cruzar por baixo de|cuts below|cut below|cuts down|cuts under|corta a la baja|corta hacia abajo|corta por debajo de|corta para baixo|coupe a la baisse|coupe vers le bas|schneidet nach unten|croisement a la baisse|croise par le bas|cruce bajista|cruza bajista|bearish cross|bearish crossover|bearishly crosses|crosses bearishly|向下交叉|下叉|cross back below|crossing back below|crossed back below|recrosses below|moves back below|loses the|kreuzt von oben|von oben schneidet|nach unten schneidet|nach unten durchbricht|fallt von oben unter|abwarts kreuzt|kreuzt abwarts|cruza de arriba hacia abajo|cruza de arriba a abajo|cruza de cima para baixo|cruzar de cima para baixo|crosses from above to below|crosses from above below|goes from above to below|cross back under""",
        "any": "crosses|cross|crossing|crossed|crosses through|cruza|cruzar|cruce|cruzamento|kreuzt|croise|croisement|crosses back through|crosses back|穿越|交叉|cross back through|goes through|collides|collide|collides with|al cruzarse|cruzarse|se cruza|se cruzan|cruzan|cruzando|cruzo|cruce de|cruzar la|cruze|kreuzen|sich kreuzen|croisent|se croisent|crossover of|crossing of|cross of|intersects|intersect|meets|cuts|cut|corta|cortar|coupe|schneidet|schneiden|cortan|cortando",
    },
    "touch": {True: "touch|touches|touching|touched|hits|hit|reaches|reach|reached|gets to|tags|toca|tocar|toque|alcanza|atinge|touche|atteint|beruhrt|erreicht|触及|触碰|达到|到达|taps|hitting|tests|pulls back to|pull back to|pulls back to touch|pullback to|retraces to|retrace to|retraces back to|dips to|drops to|falls to|falls back to|comes back to|returns to|goes to|goes back to|touches or crosses|touches or goes below|hits or crosses|comes down to|comes up to|gets down to|gets up to|rises to|climbs to|llega a|llegue a|toca la|toque la|tocar la|alcance|alcanzar|atingir|chegar a|chega a|chegar em|encosta|encostar|encoste|erreichen|beruhren|touchent|atteigne|arrive a|arrive sur|revient sur|retourne a|触到|碰到|碰触|涨至|回到|回踩|gets back to|reverts to|reaches back to|rebounds to|to come back to|come back to|to return to|to touch|to reach|to hit|to pull back to|to retest|retests|retest"},
    "dir": {
        "up": "upwards|upward|to the upside|up|from below|upside|al alza|hacia arriba|para cima|nach oben|a la hausse|vers le haut|from the bottom|from underneath|from low to high|from bottom to top|from the bottom up|bottom up|bottom to top|from the bottom to the top|de abajo hacia arriba|de abajo a arriba|de abajo arriba|de abajo para arriba|de baixo para cima|von unten nach oben|von unten|de bas en haut|par le bas vers le haut|ascendente|par en dessous|aufwarts|alcista|bullishly|north|to the north|自下而上|从下向上|由下向上|从下往上|向上",
        "down": "downwards|downward|to the downside|down|from above|downside|a la baja|hacia abajo|para baixo|nach unten|a la baisse|vers le bas|from the top|from high to low|from top to bottom|from the top down|top down|top to bottom|from the top to the bottom|de arriba hacia abajo|de arriba a abajo|de arriba abajo|de arriba para abajo|de cima para baixo|von oben nach unten|von oben|de haut en bas|descendente|par au dessus|abwarts|bearishly|south|to the south|自上而下|从上向下|由上向下|从上往下|向下",
    },
    "between": {True: "between|entre|zwischen|in between|介于|from"},
    "state": {
        "oversold": "oversold|sobrevendido|sobrevenda|sobreventa|sobrevendida|uberverkauft|survente|survendu|en survente|超卖|over sold|over-sold",
        "overbought": "overbought|sobrecomprado|sobrecompra|sobrecomprada|uberkauft|surachat|surachete|en surachat|超买|over bought|over-bought",
        "bullish": "bullish|alcista|altista|haussier|bullisch|看涨|in an uptrend|in uptrend|is long",
        "bearish": "bearish|bajista|baixista|baissier|barisch|看跌|in a downtrend|in downtrend",
        "green": "green|turns green|is green|verde|grun|vert|vert|阳线|buy candle|up candle|green candle|bullish candle|bull candle|white candle|vela verde|candle verde|bougie verte|grune kerze|closes green|a buy candle",
        "red": "red|turns red|is red|rojo|roja|vermelho|vermelha|rot|rouge|阴线|sell candle|down candle|red candle|bearish candle|bear candle|black candle|vela roja|candle vermelho|bougie rouge|rote kerze|closes red|a sell candle",
        "rising": """rising|rises|is rising|rise|increasing|increases|going up|goes up|sloping up|slopes up|trending up|turning up|moving up|is up|ascending|subiendo|sube|creciente|subindo|sobe|steigt|steigend|monte|en hausse|上升|上涨|higher than the previous one|growing|pointing up|sloping upwards|ticks up|slope is up|slope is positive|slope up|slope positive|slope rising|has a positive slope|with positive slope|positive slope|slope is rising|upward sloping|upsloping|is up-sloping|con pendiente positiva|pendiente positiva|steigend ist""",
        "falling": """falling|falls|is falling|decreasing|decreases|going down|goes down|sloping down|slopes down|trending down|turning down|moving down|is down|descending|bajando|baja|cayendo|caindo|cai|fallt|fallend|baisse|en baisse|下降|下跌|declining|declines|pointing down|sloping downwards|ticks down|slope is down|slope is negative|slope down|slope negative|slope falling|has a negative slope|with negative slope|negative slope|slope is falling|downward sloping|downsloping|con pendiente negativa|pendiente negativa""",
        "positive": "positive|positivo|positiva|positiv|positif|为正|turned positive|has turned positive",
        "negative": "negative|negativo|negativa|negativ|negatif|为负|turned negative|has turned negative",
        "turns_up": "turns up|turns upward|turns higher|turns from falling to rising|shifts from falling to rising|changes from falling to rising|starts rising|hooks up|shifts up|turns bullish|flips bullish|flips to bullish|turns upwards|starts to rise|flips up|turns positive|flips positive|goes positive|flips green|turns long|flips long|virar para cima|vira para cima|vire para cima|virar pra cima|vira pra cima|gira al alza|se gira al alza|gira hacia arriba|se voltea al alza|dreht nach oben|nach oben dreht|se retourne a la hausse|拐头向上|转头向上|向上拐头|turning up from down|changes direction up|changes direction to up|turned up|has turned up|starts going up|begins to rise|starts turning up",
        "turns_down": "turns down|turns downward|turns lower|turns from rising to falling|shifts from rising to falling|changes from rising to falling|starts falling|hooks down|shifts down|turns bearish|flips bearish|flips to bearish|turns downwards|starts to fall|flips down|turns negative|flips negative|goes negative|flips red|turns short|flips short|virar para baixo|vira para baixo|vire para baixo|virar pra baixo|vira pra baixo|gira a la baja|se gira a la baja|gira hacia abajo|dreht nach unten|nach unten dreht|se retourne a la baisse|拐头向下|转头向下|向下拐头|changes direction down|changes direction to down|turned down|has turned down|starts going down|begins to fall|starts turning down",
    },
    # -- prices and series ---------------------------------------------------------------------------------------------
    "price": {
        "close": """price|close|closing price|close price|closes|closed|last price|candle close|bar close|cours|cloture|prix|precio|cierre|preco|fechamento|kurs|schlusskurs|preis|收盘价|价格|价|current price|market price|bid candle|candle closes|price closes|bar closes|candles close|closing|spot price|close of the candle|precio de cierre|preco de fechamento|cours de cloture|收盘|stock price|share price|prices|closing prices|it closes|candle price|ends""",
        "open": "open|opening price|open price|opens|apertura|abertura|eroffnung|eroffnungskurs|ouverture|precio de apertura|开盘价|开盘|starts|must open|opening",
        "high": "high|highs|high price|maximo|maxima|hoch|plus haut|最高价|top|hochkurs|candle high|bar high|high of the candle|candle's high|bar's high|signal candle high|entry candle high|high of the signal candle|high of the entry candle|high of the signal bar|high of the bar|high of that candle|that candle's high|day's high|the day's high|high of the day|maximo de la vela|maxima do candle|hoch der kerze|plus haut de la bougie",
        "low": "low|lows|low price|minimo|minima|tief|plus bas|最低价|bottom|tiefkurs|candle low|bar low|low of the candle|candle's low|bar's low|signal candle low|entry candle low|low of the signal candle|low of the entry candle|low of the signal bar|low of the bar|low of that candle|that candle's low|day's low|the day's low|low of the day|minimo de la vela|minima do candle|tief der kerze|plus bas de la bougie",
        "volume": "volume|vol|volumen|volumes|umsatz|成交量|trading volume|weekly volume|daily volume",
    },
    "ind": {"avgvol": "均量|日均量|日均成交量|平均成交量|均成交量|平均量|成交量均线|average daily volume|avg daily volume|adv|average volume of|mean volume|volumen medio|volumen promedio|volume medio|durchschnittsvolumen|volume moyen",
        "rsi": "rsi|relative strength index|relative strength|indice de fuerza relativa|ifr|indice de forca relativa|相对强弱指数|相对强弱指标",
        "sma": "sma|simple moving average|simple ma|simple average|media movil simple|media simple|media movel simples|mms|einfacher gleitender durchschnitt|moyenne mobile simple|简单移动平均线|简单均线|sma line|gd",
        "ema": "ema|exponential moving average|exponential ma|exp ma|emas|media movil exponencial|media exponencial|media movel exponencial|mme|exponentieller gleitender durchschnitt|moyenne mobile exponentielle|指数移动平均线|指数均线|ema line",
        "ma": "ma|moving average|moving averages|mov avg|movavg|media movil|medias moviles|media movel|medias moveis|mm|gleitender durchschnitt|gleitenden durchschnitt|moyenne mobile|moyennes mobiles|均线|移动平均线|移动平均|日均线|ma line|dma|day ma|d ma|daily ma|tage linie|tageslinie|tages linie|tage schnitt|tagesschnitt|tage durchschnitt|tagesdurchschnitt|wochenlinie|wochen linie|linie-durchschnitt|day line|day average line|ma lines|mas|moving avg|moving avgs|media movil de|durchschnittslinie|gleitende durchschnitt|durchschnittskurs",
        "lwma": "wma|lwma|weighted moving average|linear weighted moving average|media ponderada|gewichteter gleitender durchschnitt|moyenne mobile ponderee|加权均线",
        "hma": "hma|hull|hull ma|hull moving average",
        "dema": "dema|double exponential moving average",
        "tema": "tema|triple exponential moving average",
        "kama": "kama|kaufman adaptive moving average",
        "vwma": "vwma|volume weighted moving average",
        "alma": "alma|arnaud legoux",
        "zlema": "zlema|zero lag ema",
        "trima": "trima|triangular moving average",
        "wwma": "smma|smoothed moving average|wilder moving average",
        "avg": "average|avg|mean|promedio|media|durchschnitt|moyenne|平均|均值|avg.|averages|average price|average of|avg of|mean of",
        "macd": "macd|moving average convergence divergence|macd indicator|macds|指数平滑异同平均线",
        "bb": """bb|bollinger|bollinger band|bollinger bands|bbands|bollingerband|bollingerbands|bollinger bander|bollinger-band|bandas de bollinger|banda de bollinger|bollingerbander|bandes de bollinger|bande de bollinger|布林带|布林线|布林|bollingers|bb bands|bb band|boll""",
        "bbwidth": "bbwidth|bb width|bandwidth|bollinger width|bollinger band width|band width|bollinger bandwidth",
        "kc": "keltner|keltner channel|keltner channels|kc|canal de keltner",
        "atr": "atr|average true range|true range average|n where n is the twenty-day moving average of true ranges|平均真实波幅|average true ranges",
        "adx": "adx|average directional index|average directional movement",
        "stoch": "stoch|stochastic|stochastics|stochastic oscillator|estocastico|stochastik|stochastique|随机指标|kd|kdj|slow stochastic|stoch oscillator",
        "stochrsi": "stochrsi|stochastic rsi|stoch rsi|rsi stochastic|srsi",
        "cci": "cci|commodity channel index|顺势指标",
        "donchian": "donchian|donchian channel|donchian channels|canal de donchian|donchian-kanal|唐奇安通道|dc",
        "supertrend": "supertrend|super trend|supertrend line|supertrend indicator|超级趋势",
        "ichimoku": "ichimoku|ichimoku kinko hyo|一目均衡",
        "vwap": "vwap|volume weighted average price|session vwap",
        "obv": "obv|on balance volume|on-balance volume|能量潮",
        "roc": "roc|rate of change|momentum|price change|daily change|change|percent change|% change|percentage change|percent change|% change|pct change|变动率|return|momentum percent|returns",
        "williams_r": "williams %r|williams r|%r|williams|williams percent r|wpr|%wr|willr|william %r|威廉指标",
        "mfi": "mfi|money flow index|资金流量指标",
        "psar": "psar|parabolic sar|sar|parabolic|parabolic stop and reverse|抛物线",
        "dmi": "dmi|directional movement|directional movement index|directional indicator",
        "stdev": "standard deviation|standard deviations|stdev|std|std dev|stddev|desviacion estandar|desviaciones estandar|desvio padrao|desvios padrao|standardabweichung|standardabweichungen|ecart type|ecart-type|ecarts types|标准差|sd|deviation|deviations|sigma|sigmas|dev|devs|std deviation|standard devs|std devs|desv|desviacion|desviaciones|sds",
        "opening_range": "opening range|orb range|open range|first candle|first bar|opening candle|opening bar|eroffnungsspanne|rango de apertura|initial balance",
        "ha": "heikin ashi|heikin-ashi|heikinashi|ha candle|ha candles|heiken ashi|heikin ashi candle|heikin ashi candles|heikin-ashi candle|ha bar|heikin ashi bar",
        "ao": "awesome oscillator|awesome|ao",
        "cmf": "cmf|chaikin money flow",
        "cmo": "cmo|chande momentum oscillator",
        "aroon": "aroon|aroon oscillator",
        "trix": "trix",
        "tsi": "tsi|true strength index",
        "ppo": "ppo|percentage price oscillator",
        "ultosc": "ultimate oscillator|ultosc",
        "fisher": "fisher transform|fisher",
        "crsi": "connors rsi|crsi",
        "zscore": "z-score|zscore|z score",
        "ibs": "ibs|internal bar strength",
        "dpo": "dpo|detrended price oscillator",
        "vortex": "vortex",
        "chop": "choppiness|choppiness index|chop",
        "natr": "natr|normalized atr",
        "pivot": "pivot|pivots|pivot point|pivot points|swing|swings|pivot low or high|swing point",
        "cloud": "kumo|cloud|the cloud|nube|nuvem|wolke|nuage|云层|ichimoku cloud|kumo cloud",
        "tenkan": "tenkan|tenkan-sen|tenkan sen|conversion line|转换线",
        "kijun": "kijun|kijun-sen|kijun sen|base line|kijunsen|基准线",
        "chikou": "chikou|chikou span|lagging span|chinkou",
        "senkou_a": "senkou a|senkou span a|span a",
        "senkou_b": "senkou b|senkou span b|span b",
    },
    "pattern": {
        "engulfing": "engulfing|bullish engulfing|bearish engulfing|engulfing candle|engulfing pattern|envolvente|engolfo|吞没",
        "hammer": "hammer|hammer candle|martillo|martelo|锤子线",
        "shooting_star": "shooting star",
        "doji": "doji",
        "morning_star": "morning star",
        "evening_star": "evening star",
        "three_white_soldiers": "three white soldiers",
        "three_black_crows": "three black crows",
        "inverted_hammer": "inverted hammer",
        "hanging_man": "hanging man",
        "harami": "harami",
        "piercing": "piercing|piercing line|piercing pattern",
        "dark_cloud_cover": "dark cloud cover",
    },
    "span": {True: "range|trading range|candle range|bar range|daily range|day's range|the day's range|candle's range|rango|spanne|tagesspanne|amplitude"},
    "zone": {"America/New_York": "new york|new york time|ny time|eastern time|us eastern|nyc time|hora de nueva york|new yorker zeit", "Europe/London": "london|london time|uk time|hora de londres|londoner zeit|heure de londres", "UTC": "utc|gmt|utc time|gmt time", "Europe/Berlin": "frankfurt|berlin time|frankfurt time|german time|cet", "Asia/Tokyo": "tokyo|tokyo time|tokio", "Asia/Kolkata": "india time|indian time"},
    "gap": {"down": "gaps down|gap down|gapped down|gaps lower|gap lower|gap-down|opens with a gap down|opens gap down|abre con hueco a la baja|eroffnet mit gap nach unten", "up": "gaps up|gap up|gapped up|gaps higher|gap higher|gap-up|opens with a gap up|opens gap up|abre con hueco al alza|eroffnet mit gap nach oben"},
    "out": {
        "upper": "upper|upper band|top band|upper line|superior|banda superior|oberes|obere|obere band|oberes band|oberen band|obere band|bande superieure|superieure|上轨|upper bb|upper channel|upper bollinger|upper bollinger band|bb upper|high band|banda de arriba|upper bands|upper bound|top line|canal superior|borde superior|upper keltner|upper donchian|upper keltner channel|upper donchian channel|upper keltner band|upper channel line|upper band line|upper bollinger line|boll upper|top channel|channel top|upper line of the channel|banda alta|borda superior|linha superior|banda sup|bb top|bb superior|bb sup|oberem band|oberen bollinger band|oberes bollingerband|oberen bollingerband|oberem bollingerband|oberes bollinger band",
        "lower": "lower band|bottom band|lower line|banda inferior|unteres|untere|unteres band|unteren band|untere band|bande inferieure|inferieure|下轨|lower bb|lower channel|lower bollinger|lower bollinger band|bb lower|low band|banda de abajo|lower bands|lower bound|bottom line|canal inferior|borde inferior|lower keltner|lower donchian|lower bb line|lower keltner channel|lower donchian channel|lower keltner band|lower channel line|lower band line|lower bollinger line|boll lower|bottom channel|channel bottom|lower line of the channel|banda baja|borda inferior|linha inferior|banda inf|bb bottom|bb inferior|bb inf|unterem band|unteren bollinger band|unteres bollingerband|unteren bollingerband|unterem bollingerband|unteres bollinger band",
        "middle": "middle|middle band|mid band|midline|middle line|centre line|center line|banda media|banda central|mittleres band|mittlere band|bande mediane|bande centrale|中轨|basis|mid line|linea media|linha do meio|bb middle|middle bb|bb mid|mid bb|middle bollinger|middle bollinger band|bollinger middle|bb basis|mid channel|middle channel|bollinger mid|the mean line|mittellinie|ligne mediane|media de bollinger|mittleren band|mittlerem band|mittleren bollinger band|mittleres bollingerband|mittleren bollingerband|mittlerem bollingerband|mittlere bollingerband|banda do meio|linha central|linea central|bande du milieu",
        "signal": "signal|signal line|its signal|its signal line|senal|linea de senal|sinal|linha de sinal|signallinie|ligne de signal|ligne signal|信号线|macd signal|macd signal line|slow line",
        "line": "macd line|line|main line|macd main line|macd main|linea macd|linha macd|macd-linie|ligne macd|dif|fast line",
        "histogram": "histogram|hist|macd histogram|macd hist|histograma|histogramm|histogramme|柱状图|柱",
        "k": "%k|stochk|stoch k|k line|k%|slow k|slowk|stochastic k|stochastic %k|fastk|stochrsi k|k value|kwert|linea k",
        "d": "%d|stochd|stoch d|d line|d%|slow d|slowd|stochastic d|stochastic %d|fastd|stochrsi d|linea d",
        "plus": "+di|di+|plus di|di plus|positive di",
        "minus": "-di|di-|minus di|di minus|negative di",
        "cloud_top": "top of the cloud|cloud top|upper cloud|top of cloud|cloud's top|top of the kumo|upper edge of the cloud",
        "cloud_bottom": "bottom of the cloud|cloud bottom|lower cloud|bottom of cloud|cloud's bottom|bottom of the kumo|lower edge of the cloud",
        "or_high": "range high|the range high|opening range high|or high|first candle high|first candle's high|high of the range|top of the range|or breakout high|first bar's high|high of the opening range|high of the first candle|upper end of the range",
        "or_low": "range low|the range low|opening range low|or low|first candle low|first candle's low|low of the range|bottom of the range|first bar's low|low of the opening range|low of the first candle|lower end of the range",
    },
    "agg": {
        "highest": "highest|highest high|highest close|maximum|max|maximo de los|maximo de|maxima de|hochste|hochster|hochststand|plus haut de|plus haut des|最高|最高点|new high|highest price|hh|recent high|highs of the last|el maximo|highest value|nuevo maximo|neues hoch|nouveau plus haut|新高|highest point|high of the last|high of the past|high of the previous|high of last|high over the last|maximum of the last|maxima dos ultimos|maximo de los ultimos|plus haut des|hoch der letzten|channel high|peak|heaviest|biggest|largest|greatest",
        "lowest": "lowest|lowest low|lowest close|minimum|min|minimo de los|minimo de|minima de|tiefste|tiefster|tiefststand|plus bas de|plus bas des|最低|最低点|new low|lowest price|ll|recent low|lows of the last|el minimo|lowest value|nuevo minimo|neues tief|nouveau plus bas|新低|lowest point|low of the last|low of the past|low of the previous|low of last|low over the last|minimum of the last|minima dos ultimos|minimo de los ultimos|tief der letzten|channel low|trough|smallest|lightest|narrowest|tightest",
    },
    "param": {
        "fast": "fast|rapida|rapido|schnell|schnelle|rapide|short-term|corta|curta|快线|快|fast length|fast period|fast ma|fast ema|fast sma|短期|fast moving average|快速|media rapida",
        "slow": "slow|lenta|lento|langsam|langsame|lente|long-term|longa|larga|慢线|慢|slow length|slow period|slow ma|slow ema|slow sma|长期|slow moving average|慢速|media lenta",
        "width": "multiplier|mult|factor|band|multiplicador|multiplikator|multiplicateur|倍数|k-factor|std multiplier|deviation multiplier|bands of",
    },
    "lag": {
        1: """previous|prior|last candle|previous candle|prior candle|previous bar|prior bar|last bar|yesterday|yesterday's|yesterdays|previous day|prior day|previous day's|prior day's|the day before|one bar ago|a bar ago|anterior|vela anterior|dia anterior|ayer|barra anterior|candle anterior|ontem|vorherige|vorherigen|vortag|gestern|vorigen|precedent|precedente|hier|bougie precedente
            |昨日|昨天|前一日|前一根|上一根|previous candle's|previous candles|previous close|preceding|last candle's|previous value|that of previous candle|that of the previous candle|that of previous|its previous value|previous week|previous month|previous session|last close|last day|last week's|previous bar's|previous week's|vorherigen kerze|vortages|the candle before|the bar before|candle before|bar before|the day before that|the prior one|the previous one|one candle ago|a candle ago|la anterior|la vela previa|previa|previo|kerze davor|vorherigen bar|la precedente|前一根k线|上一根k线|上一个|前一个|前日|前一天""",
    },
    "ago": {True: "ago|bars ago|earlier|before|vor|hace|atras|il y a|之前|bars back|candles ago|candles back|days ago"},
    # -- units -----------------------------------------------------------------------------------------------------------
    "unit": {
        "bar": "bar|bars|candle|candles|period|periods|candlestick|candlesticks|periodos|periodo|periode|perioden|periodes|periodos de|velas|vela|candles de|barras|barra|kerze|kerzen|bougies|bougie|根|周期|根k线|k线|length|per|candle(s)|bar(s)|ticks bars|sessions|closes in a row",
        "minute": "min|mins|minute|minutes|minutos|minuto|minuten|分钟|分|m",
        "hour": "hour|hours|hr|hrs|h|hora|horas|stunde|stunden|heure|heures|小时",
        "day": "day|days|d|trading days|trading day|dia|dias|tag|tage|tagen|handelstage|jour|jours|日|天|business days|day's|weekdays in a row|dias de trading",
        "week": "week|weeks|w|wk|wks|semana|semanas|woche|wochen|semaine|semaines|周|星期",
        "month": "month|months|mo|mes|meses|monat|monate|monaten|mois|个月|月|mths",
        "year": "year|years|yr|yrs|ano|anos|jahr|jahre|jahren|ans|annee|annees|年",
        "second": "second|seconds|sec|secs|segundos|sekunden|secondes|秒",
    },
    "tf": {
        "1h": "hourly|hour candles|hour chart|hour candle|horario|stundlich|stundenchart|horaire|小时线|小时图|hour bars|stundenbasis|hour timeframe",
        "1d": "daily|daily chart|diario|diaria|diarias|taglich|tages|tageschart|tagesbasis|journalier|quotidien|日线|day chart|end of day bars|daily candles|daily bars|daily timeframe|day candles|grafico diario|velas diarias|quotidienne|tageskerzen|diarios|eod|day bars",
        "1w": "weekly|weekly chart|weekly bars|weekly candles|semanal|wochentlich|wochenchart|hebdomadaire|hebdo|周线|week chart|semanales|wochenbasis",
        "1M": "monthly|monthly chart|monthly bars|monthly candles|mensual|mensal|monatlich|monatschart|mensuel|月线",
        "1m": "minute bars|minute chart|minute candles|minutely",
        "30m": "half hour|half-hour|half hourly|half an hour",
    },
    "tfhint": {True: "timeframe|time frame|tf|chart|charts|frame|temporalidad|marco temporal|zeiteinheit|zeitrahmen|zeitebene|zeitrahmen|unite de temps|graphique|grafico|tempo grafico|周期图|级别|interval|intervals|bars of|candles of|velas de|resolution|en velas de|kerzenchart|时间周期|周期|时间框架|k线周期|tijdframe|graf|bar chart|candle chart|candlestick chart|zeitfenster|time-frame|graphs|graph"},
    # -- stops, targets, risk ----------------------------------------------------------------------------------------------
    "stop": {True: """stop|stop loss|stoploss|stop-loss|sl|stops|stop losses|hard stop|protective stop|fixed stop|fixed stop loss|initial stop|parada|perdida|stop de|perdida maxima|stop loss de|verlustbegrenzung|止损|loss of|stopp|s/l|stop-loss of|cut loss at|cut losses at|cut the loss at|cut loss|cut losses|max loss|maximum loss|loss|a loss of|losses of|stop it out|stop out|perte|arret|limite de perte|stop loss percentage|stop order|perda|losing"""},
    "target": {True: """take profit|takeprofit|take-profit|tp|target|targets|profit target|target profit|take profits|take-profits|profit of|a profit of|gain of|t/p|objetivo|toma de ganancias|tomar ganancias|take profit de|ganancia|ganancia de|alvo|lucro|lucro de|gewinnziel|kursziel|gewinn|gewinnmitnahme|ziel|objectif|prise de benefice|prise de profit|gain|止盈|目标|take gains|take gain|profit|in profit|profits|meta|gewinn von|limit profit"""},
    "trail": {True: "trailing stop|trailing stop loss|trailing-stop|trailing|trail|trailing sl|trail stop|trail the stop|stop dinamico|stop movil|stop movel|nachziehender stop|trailing stopp|stop suiveur|移动止损|跟踪止损|追踪止损|trailing stoploss|trail by|trails|safe trailing sl|trailing stops"},
    "breakeven": {True: "breakeven|break even|break-even|move stop to breakeven|move the stop to breakeven|move the stop to break even|move stop to break even|move stop to entry|move the stop to entry|move sl to breakeven|move sl to entry|stop to breakeven|stop to break even|sl to breakeven|sl to be|stop to entry|sl to entry|punto de equilibrio|einstand|auf einstand|seuil de rentabilite|保本"},
    "rr": {True: "reward risk|reward:risk|risk reward|risk:reward|risk/reward|reward/risk|reward to risk|risk to reward|rr|r:r|r/r|crv|ratio beneficio riesgo|ratio riesgo beneficio|riesgo beneficio|risco retorno|risk-reward|reward-risk|盈亏比|风险回报比|risk reward ratio|r r|risk reward of|times the risk|times risk|x risk|times the stop|times my risk|x the stop|times stop|times the stop loss|x stop|times the stop distance|x the risk"},
    "pips": {True: "pip|pips"},
    "points": {True: "points|point|pts|puntos|pontos|punkte|ticks|tick|点|dollars below entry|points of"},
    "risk": {True: "risk|risking|arriesgar|arriesga|arriesgando|riesgo|arriscar|riscar|risco|riskiere|risiko|riskieren|risquer|risque|风险|risks|risk per trade|riesgo por operacion|risk of|max risk|maximum risk|risk max|risk at most|risk up to|risk no more than|risking at most|risk about|risk around|max risk per trade|maximum risk per trade"},
    "entryprice": {True: "entry price|fill price|entry|purchase price|my entry|the entry|precio de entrada|preco de entrada|einstiegskurs|einstiegspreis|prix d'entree|prix d'achat|cost basis|入场价|买入价|opening price of the trade|my buy price|the buy price|bought price|price paid|entry level|average entry|precio de compra|preco de compra|kaufkurs|open price of the trade"},
    "other_end": {True: "the other end of|other end of|opposite end of|the opposite end of|other side of|opposite side of|the other side of|the opposite side of|opposite extreme of|the opposite extreme of|the other extreme of"},
    # -- size, cash, cost --------------------------------------------------------------------------------------------------
    "equity": {True: """capital|equity|account|balance|portfolio|cash|cuenta|conta|konto|capital total|kapital|patrimonio|bankroll|funds|资金|本金|仓位|available capital|account balance|my capital|my account|my equity|my portfolio|compte|depot|net worth|position size|my balance|available cash|available funds|total equity|capital disponible|capital disponivel|solde|kontostand|net liq|buying power|wallet"""},
    "allin": {True: "all in|all-in|all available capital|all the capital|use all capital|all capital|full capital|whole account|entire account|todo el capital|todo o capital|gesamtes kapital|tout le capital|满仓|全仓|use all available capital|all of the capital|full position|fully invested|all my capital|all available cash|all my money|invest everything|the full account|entire capital|entire balance|whole balance"},
    "size": {True: "size|position size|sizing|allocate|allocation|invest|investing|max allocation|bet|betting|stake|order size|trade size|position sizing|tamano|tamano de posicion|tamano de la posicion|tamanho|tamanho da posicao|positionsgrosse|taille|taille de position|invertir|invierte|investir|investiere|amount|per position|仓位大小|每次买入|投入|use|using|usa|usar|usando|size it|size it at|size from|buy with|worth|worth of|each trade|trade with|max position|quantity|qty|capital per trade|risk capital"},
    "lots": {True: "lot|lots|lotes|lote|lose|手|lots each|standard lot|standard lots|mini lots"},
    "shares": {True: "shares|share|units|unit|contracts|contract|coins|coin|stocks of|acciones|acoes|aktien|actions|stuck|股|contratos|kontrakte|contrats|unidades|unites|einheiten|nos|pieces|tokens"},
    "leverage": {True: "leverage|leveraged|apalancamiento|alavancagem|hebel|levier|effet de levier|杠杆|margin of|lev|x leverage"},
    "fee": {True: "commission|commissions|fee|fees|comision|comisiones|comissao|taxa|gebuhr|gebuhren|provision|frais|手续费|佣金|trading fee|trading fees|transaction cost|transaction costs|broker fee|maker fee|taker fee|brokerage fee|costs|trading costs"},
    "slippage": {True: "slippage|deslizamiento|derrapagem|slippage of|glissement|滑点"},
    "startcash": {True: "starting capital|start capital|initial capital|starting cash|initial cash|starting balance|initial balance|start with|starting with|starts with|begin with|capital inicial|startkapital|anfangskapital|capital de depart|capital initial|初始资金|起始资金|with a capital of|with capital|account size|account of|capital of|we start with|i start with|beginning with|start cash|starting equity|initial equity|initial investment|con un capital de|com capital de|mit startkapital|empezando con|empezar con|comecando com|comecar com|starting from|cash of|saldo inicial|an account of|a capital of|starting account"},
    "cur": {
        "USD": "$|usd|us$|dollar|dollars|dolares|bucks|美元|dollar us",
        "EUR": "€|eur|euro|euros|欧元",
        "GBP": "£|gbp|pounds|libras|pfund",
        "USDT": "usdt|tether",
        "INR": "₹|inr|rs|rupees|rupias",
        "BRL": "r$|brl|reais|real",
        "JPY": "¥|jpy|yen",
        "CNY": "cny|rmb|元|人民币|yuan",
        "USDC": "usdc",
    },
    "drawdown": {True: "drawdown|max drawdown|maximum drawdown|dd|account drawdown|equity drawdown|回撤|最大回撤|draw down|drawdowns|ruckgang|reduccion maxima"},
    "dailyloss": {True: "daily loss|max daily loss|daily loss limit|loss per day|daily stop|perdida diaria|tagesverlust|loss in a day"},
    # -- holding and clocks ------------------------------------------------------------------------------------------------
    "hold": {True: """hold|holds|held|holding|hold for|hold it for|keep|keep it for|keep for|expiry|expiration|expires|expiry is|max hold|maximum holding|max holding|holding period|time stop|time exit|mantener|mantener durante|mantem|manter|halten|halte|haltedauer|conserver|garder|持有|持仓|hold max|maximum hold|duration|time limit|hold the position for|hold the trade for|hold up to|stay in for|max holding period|laufzeit|mantener la posicion|have been in|in the trade for|timeout|hold only|no longer than|trade has been open|trade is open|been open|tick duration|trade duration|contract duration|duration of|expires after|expiry after|expiration of|expiry of|expiration time|expiry time"""},
    "after": {True: "after|nach|despues de|depois de|apos|apres|后|al cabo de|following|later|after entry|after the entry|after buying|after the buy|since entry|afterwards|from entry|a los|a las|aos|passados|pasados|pasadas|transcurridos|au bout de|tras|nach spatestens|spatestens nach"},
    "beforeend": {True: "before|vor|antes de|antes do|avant|之前|prior to|ahead of"},
    "session_close": {True: """session close|end of day|end of the day|market close|close of the session|end of session|end of the session|day close|close of day|close of the day|eod close|the closing bell|closing bell|cierre de sesion|cierre del dia|cierre de la sesion|fim do dia|fechamento do dia|fechamento do pregao|borsenschluss|handelsschluss|tagesende|fin de seance|fin de journee|cloture de la seance|收盘时|收盘前|intraday close|before the close|day's end|session end|the session close|the market closes|market closes|the session ends|trading close|sessionsende|session's close|until the close|till the close|until close|till close|into the close|until market close|until the end of the day|till end of day|until the session close|hasta el cierre|bis zum handelsschluss|bis borsenschluss|jusqu'a la cloture|ate o fechamento|until the closing bell"""},
    "next_close": {True: "next close|tomorrow's close|next day's close|close of the next day|next bar's close|the next close|close the next day|next day close|tomorrows close|close of the next bar|close of next day|close of the following day|following day's close|next candle close|close of the next candle"},
    "at_close": {True: "at the close|on the close|on close|at close|market on close|moc|al cierre|no fechamento|zum schlusskurs|zum schluss|a la cloture|收盘买入|at today's close|at the close of the day|at the closing price|at the close of the bar|at that close|on the closing bell|at the day's close|at todays close"},
    "next_open": {True: """next open|at the next open|next bar's open|next day's open|at the next bar's open|next day at the open|at the open of the next candle|at the open of the next bar|on the next candle|next candle|on the next bar|next bar|tomorrow's open|tomorrow at the open|the next day's open|at the next day's open|next morning|the following open|at the next candle open|next candle open|at the open of next candle|at the next candle's open|next candle's open|at the following open|on next open|al dia siguiente|al abrir el dia siguiente|en la siguiente vela
            |a la apertura siguiente|na abertura do proximo candle|na proxima vela|am nachsten tag|zur nachsten eroffnung|bei der nachsten kerze|a l'ouverture suivante|a la bougie suivante|次日开盘|下一根|下一根k线|at tomorrow's open|the next morning|at the next session open|at the open next day|on the following candle|following candle's open|next session open|next trading day at the open|at open of next candle|at open of next bar|next day open|at the next bar open|on the open of the next bar|following bar's open|on the following bar|tomorrow morning|at market open the next day|next day""" },
    "at_open": {True: "at the open|on the open|at open|at market open|at the market open|market on open|a la apertura|na abertura|zur eroffnung|a l'ouverture|开盘买入|at the session open|at today's open"},
    "per_day": {True: "per day|a day|per session|each day|every day|por dia|al dia|pro tag|am tag|par jour|每天|每日|daily max|a session|in a day|jeden tag|cada dia|diarios|jour"},
    "trades": {True: "trade|trades|entries|trades max|operacion|operaciones|operacoes|operacao|order|orders|ordenes|transactions|positions|position|posicion|posiciones|posicao|posicoes|signals|setup|setups|交易|deals|transaction"},
    "every": {True: "every|each|cada|jede|jeden|jedes|chaque|tous les|toutes les|a cada|每|alle"},
    "cooldown": {True: "cooldown|cool down|cool-down|wait|pause|wait at least|esperar|espera|esperar al menos|warten|warte|attendre|aguardar|冷却|no new trade for|no new entry for|no trades for|no re-entry for|no reentry for|pausa"},
    "pyramid": {True: "pyramiding|pyramid|pyramid up to|scale in|scaling in|add to the position|add up to|add to winners|piramidar|pyramidieren|pyramider|加仓|max entries|maximum entries|max open entries|concurrent entries|stack|add another|average up|add to position"},
    "reverse": {True: "reverse|stop and reverse|reverses|always in the market|always in market|flip|flips|reverse the position|stop-and-reverse|immer im markt|siempre en el mercado|sempre no mercado|toujours en position|反手"},
    "mirror": {"short": "same for down|the same for down|same for sell|the same for sell|same for sells|same for selling|the same for selling|same for short|the same for short|same for shorts|the same for shorts|same for the short side|same for the shorts|same for the short|same on the short side|same thing for shorts|same thing for short|same but for shorts|same for put|same for puts|same for fall|mirrored for shorts|mirror for shorts|mirror it for shorts|mirror this for shorts|mirror for short|reverse for shorts|reversed for shorts|opposite for shorts|the opposite for shorts|opposite for short|the opposite for short|inverse for shorts|inverse for short|reverse for short|vice versa for shorts|vice versa for short|vice versa for sell|vice versa for puts|vice versa for put|shorts mirrored|shorts are mirrored|shorts mirror|short is mirrored|shorts the opposite|shorts opposite|shorts are the opposite|shorts vice versa|short vice versa|shorts reversed|shorts inverse|shorts the other way around|shorts the other way round|for shorts the opposite|for short the opposite|short is the opposite|shorts the reverse|lo mismo para cortos|lo mismo para ventas|lo contrario para cortos|al reves para cortos|igual para cortos|inverso para cortos|viceversa para cortos|o mesmo para vendas|o inverso para vendas|o inverso para venda|o contrario para venda|o contrario para vendas|inverso para venda|fur short umgekehrt|short umgekehrt|umgekehrt fur short|short spiegelverkehrt|spiegelbildlich fur short|spiegelbildlich short|short entsprechend umgekehrt|inverse pour les shorts|l'inverse pour les shorts|l'inverse pour la vente|inverse pour short|inverse pour la vente|l'inverse pour short|idem pour les shorts|做空相反|空单相反|做空反之|空头相反|short entries are the mirror|short entry is the mirror|short entries mirrored|short side mirrored|mirror for the short side|the short side is the mirror|short side is the opposite|reverse for the short side|the opposite for the short side|inverse on the short side|the inverse for shorts|the reverse for shorts|the mirror image for shorts|mirror image for shorts|mirror image for short|symmetrically for short|symmetrically for shorts|symmetric for shorts|symmetric for short|symmetrical for shorts|symmetrically for the short|symmetrically for sell|simetrico para cortos|simmetrically for short|simmetrically for short position|symmetrically for short position|symmetrically for short positions|short: reversed|short is reversed|the short position is exactly the opposite|the short position is the opposite|the short is the opposite|short position is the opposite|short is exactly the opposite|the short position is exactly opposite", True: """opposite|the opposite|exact opposite|the exact opposite|vice versa|viceversa|mirror|mirror image|the mirror|reverse for|the reverse|inverse|the inverse|reversed|other way round|the other way round|other way around|the other way around|opposite for|al reves|lo contrario|lo opuesto|o contrario|ao contrario|o oposto|inverso|gegenteil|das gegenteil|umgekehrt|spiegelverkehrt|l'inverse|le contraire|l'oppose|反之|相反|反之亦然|反向|opposite conditions|reverse conditions|mirrored|opposite signal
            |the opposite signal|opposite cross|reverse cross|the reverse cross|opposite way|in reverse|ocorrer o contrario|se produzca lo contrario|ocurra lo contrario|im umgekehrten fall|symmetric|symmetrical|opposite direction|the opposite direction|opposite crossover|on opposite signal|conversely|reverse signal|the opposite happens|opposite happens|inversely|signal contraire|signal inverse|cruce contrario|senal contraria|sinal contrario|cruzamento contrario|gegensignal|gegenteiliges signal|反向信号|反向交叉|cruce inverso|cruce opuesto|croisement inverse|sinal oposto|senal opuesta|the other way|inverted|on the opposite signal|on opposite signals|on the opposite cross|on the reverse signal|on reverse signal|on the reverse cross|when the opposite happens|dans le cas inverse|le cas inverse|cas inverse|dans le cas contraire|au cas inverse|a l'inverse|inversement|contraire|en sens inverse|caso inverso|en el caso contrario|en el caso inverso|a la inversa|y viceversa|al contrario|caso contrario|no caso contrario|no cenario oposto|andersherum|anders herum|im gegenteil|entgegengesetzt|entgegengesetztes signal|beim gegensignal|gegenlaufiges signal|vice-versa|反过来|相反时|则反之|opposite rules|opposite logic|reverse rules|reverse logic|inverse rules|inverse logic|exactly the opposite|exact reverse|the exact reverse|exactly reversed|opposite condition|the opposite condition|reverse condition|the reverse condition|the reverse way|same in reverse|the same in reverse|same reversed|the same reversed|this same logic in reverse|same logic in reverse|the same logic in reverse|opposite criteria|the opposite setup|opposite setup|opposite side|on the flip side|reverse case|the reverse case|in the reverse case|inverse case|opposite case|in the opposite case|umgekehrtem|umgekehrte|umgekehrter|umgekehrtem kreuzen|umgekehrten signal|umgekehrtem signal|umgekehrtes signal|is exactly the opposite|symmetrically|reverse crossover|the reverse crossover|opposite crossing|inverse cross|inverse crossover|the inverse cross|reverse crossing|the reverse crossing|crosses back the other way|opposite crossover happens|in opposite conditions""" },
    "both_sides": {True: "both directions|both sides|long and short|long/short|longs and shorts|in both directions|ambas direcciones|largo y corto|ambos lados|ambas direcoes|compra e venda|comprado e vendido|beide richtungen|long und short|les deux sens|dans les deux sens|long et short|双向|多空|two-sided|two sided|long or short|long & short|both ways|bidirectional"},
    "long_only": {True: "long only|long-only|only long|only longs|longs only|no shorts|no shorting|no short|solo largos|solo largo|solo long|somente compra|apenas compra|so compra|nur long|long uniquement|seulement long|只做多|仅做多|never short|without shorts|don't short|solo compras"},
    "short_only": {True: "short only|short-only|only short|only shorts|shorts only|no longs|solo cortos|solo corto|somente venda|apenas venda|nur short|short uniquement|seulement short|只做空|仅做空"},
    "one_position": {True: "one position at a time|only one position|one trade at a time|one open position|only one open position|a single position|single position|nur eine offene position pro symbol|nur eine position|eine offene position pro symbol|una sola posicion|solo una posicion|uma posicao por vez|une seule position|one open position per symbol|one position per symbol|only one trade at a time|if flat|when flat|if not invested|if no position|when not in a position|if not in position|no pyramiding|without pyramiding|max one position|only 1 position|no open position|one position|if there is no open position|single trade|if i have no position|only one position at a time|only one trade|if no open position|if not already in|no position is open"},
    # -- bars in a row and windows ------------------------------------------------------------------------------------------
    "row": {True: "in a row|consecutive|consecutively|straight|running|seguidas|seguidos|consecutivas|consecutivos|in folge|hintereinander|aufeinanderfolgende|d'affilee|de suite|consecutifs|consecutives|连续|successive|back to back|back-to-back|at a stretch|nacheinander|consecutivos de"},
    "within": {True: "within|within the last|in the last|in the past|over the last|over the past|during the last|during the past|last|past|en los ultimos|en las ultimas|ultimos|ultimas|durante los ultimos|nos ultimos|nas ultimas|in den letzten|innerhalb der letzten|letzten|der letzten|letzte|dans les|au cours des|des derniers|derniers|dernieres|ces derniers|最近|过去|近|within last|of the last|of the past|for the last|for the past|aus den letzten|durante as ultimas|dos ultimos|trailing 12|recent|sur les|les derniers"},
    # -- calendar -------------------------------------------------------------------------------------------------------------
    "weekday": {
        0: "monday|mondays|lunes|segunda-feira|segunda|montag|montags|lundi|周一|星期一",
        1: "tuesday|tuesdays|martes|terca-feira|terca|dienstag|dienstags|mardi|周二|星期二|tue|tues",
        2: "wednesday|wednesdays|miercoles|quarta-feira|quarta|mittwoch|mittwochs|mercredi|周三|星期三|wed",
        3: "thursday|thursdays|jueves|quinta-feira|quinta|donnerstag|donnerstags|jeudi|周四|星期四|thu|thurs",
        4: "friday|fridays|viernes|sexta-feira|sexta|freitag|freitags|vendredi|周五|星期五|fri",
        5: "saturday|saturdays|sabado|sabados|samstag|samstags|samedi|周六|星期六|sat",
        6: "sunday|sundays|domingo|domingos|sonntag|sonntags|dimanche|周日|星期日|星期天",
    },
    "weekdays": {True: "weekdays|on weekdays|weekday|week days|monday to friday|monday through friday|monday-friday|mon-fri|mon to fri|dias laborables|dias habiles|dias uteis|werktags|werktage|wochentags|an wochentagen|jours ouvres|en semaine|工作日|no weekends|not on weekends|no weekend|except weekends|not on the weekend|lunes a viernes|de lunes a viernes|segunda a sexta|montag bis freitag|lundi a vendredi|avoid weekends|skip weekends"},
    "weekend": {True: "weekend|weekends|fin de semana|fim de semana|wochenende|week-end|周末|on weekends"},
    "month": {
        1: "january|jan|enero|ene|janeiro|januar|janvier|一月",
        2: "february|feb|febrero|fevereiro|februar|fevrier|二月",
        3: "march|mar|marzo|marco|marz|mars|三月",
        4: "april|apr|abril|abr|avril|四月",
        5: "may|mayo|maio|mai|五月",
        6: "june|jun|junio|junho|juni|juin|六月",
        7: "july|jul|julio|julho|juli|juillet|七月",
        8: "august|aug|agosto|ago de|aout|八月",
        9: "september|sep|sept|septiembre|setembro|septembre|九月",
        10: "october|oct|octubre|outubro|oktober|octobre|okt|十月",
        11: "november|nov|noviembre|novembro|novembre|十一月",
        12: "december|dec|diciembre|dezembro|dezember|decembre|dez|dic|十二月",
    },
    "trading_day": {
        1: "the first trading day of the month|the first trading day|the first day of the month|the first day of each month|the first day|first trading day|first day|1st trading day|1st day|first trading day of the month|first day of the month|first day of each month|primer dia|primer dia del mes|primeiro dia|primeiro dia do mes|primeiro dia util|ersten handelstag|erster handelstag|erster tag|premier jour|premier jour du mois|第一个交易日|start of the month|beginning of the month|turn of the month|start of each month|beginning of each month|first trading day of each month|first trading day of every month|first day of every month|primer dia de cada mes|月初",
        -1: "the last trading day of the month|the last trading day|the last day of the month|the last day of each month|the last day|last trading day|last day|last day of the month|last trading day of the month|end of the month|end of month|month end|ultimo dia|ultimo dia del mes|ultimo dia do mes|ultimo dia util|letzten handelstag|letzter handelstag|letzter tag|monatsende|dernier jour|dernier jour du mois|最后一个交易日|month-end|end of each month|last trading day of each month|last day of each month|last day of every month|月末|月底",
    },
    "since": {True: "since|starting in|starting from|seit|desde|a partir de|depuis|ab|从|自|from|depuis le|onwards from|starting|start date|start year|begins in|from year|beginning|starting at|start from"},
    "till": {True: "end in|ends in|ending|ending in|end at|ends on|end on|ending on|and end in|to|till|until|through|up to|bis|hasta|ate|jusqu'a|jusqu'en|至|到|thru|bis zum|-|end date|end year"},
    "now": {True: "today|now|present|hoy|heute|aujourd'hui|hoje|agora|ahora|jetzt|今天|至今|to date|until now|date|present day|till date"},
    "year_phrase": {True: "last year|el ano pasado|ano passado|letztes jahr|l'annee derniere|去年|previous year"},
    "this_year": {True: "this year|ytd|year to date|este ano|dieses jahr|cette annee|今年|year-to-date"},
    "period": {True: "backtest|backtests|backtested|test|test it|run|periodo de prueba|haz backtest|hacer backtest|haz un backtest|faz backtest|faca backtest|teste|probar|prueba|testen|teste es|tester|回测|测试|test period|data from|history|historia|zeitraum|backtest it|backtesting|backteste|backtesta|simulate|simulation|historico|run it|run over|testa|zeitraum von|backtest for|for the year|for the years|in the year|in the years|rodar|roda|corre|correr"},
    # -- order types ------------------------------------------------------------------------------------------------------------
    "limit_order": {True: "limit order|limit buy|buy limit|limit|orden limite|ordem limite|limitorder|limit-order|ordre limite|限价单|with a limit order|use limit orders|limit orders|buy limit order"},
    "stop_order": {True: "buy stop|stop buy|buy stop order|stop entry|sell stop|stop order entry|stop-buy"},
    "market_order": {True: "market order|market orders|market orders only|at market|at the market|orden de mercado|ordem a mercado|marktorder|ordre au marche|市价单|with market orders|market buy|a mercado"},
    # -- special ideas ----------------------------------------------------------------------------------------------------------
    "buyhold": {True: "buy and hold|buy & hold|buy-and-hold|b&h|comprar y mantener|comprar e segurar|buy and hodl|hodl|kaufen und halten|acheter et garder|买入并持有|买入持有|buy n hold|hold forever|comprar e manter|compra y mantiene|acheter et conserver"},
    "golden": {True: "golden cross|golden crossover|cruce dorado|cruz dorada|goldenes kreuz|golden-cross|croix doree|cruzamento dourado|黄金交叉|双均线金叉"},
    "death": {True: "death cross|death crossover|cruce de la muerte|cruz da morte|todeskreuz|croix de la mort|死亡交叉"},
    "crossover_strategy": {True: "crossover strategy|cross strategy|crossover system|cross over strategy|cruce de medias|cruce de medias moviles|cruzamento de medias|cruzamento de medias moveis|croisement de moyennes|croisement de moyennes mobiles|双均线|双均线策略|ma crossover|moving average crossover|dual moving average|double moving average|two moving averages|moving average cross|ema crossover|sma crossover|均线交叉|ma cross|ema cross|sma cross|cruce medias"},
    "strategy": {True: "strategy|strategies|estrategia|strategie|estrategias|策略|system|sistema|bot|robot|robo|algo|algorithm|trading system|trading strategy|algoritmo|strat|idea|approach|setup for|handelsstrategie|stratergy|plan|method|trading bot|expert advisor|ea|robozinho|systeme|trading robot|signal system|turnaround tuesday|rise fall|rise/fall|higher/lower|hi/lo|trading rules|rule set|ruleset|my system|my setup|trading idea|trading plan|scalper|scalping|scalping strategy|swing strategy|swing trading|swing trade|day trading strategy|sell in may|sell in may and go away|orb|opening range breakout"},
    "momentum_idea": {True: "momentum strategy|momentum trading|trend following|trend-following|trend following strategy|trend strategy|estrategia de momentum|momentum-strategie|strategie momentum|动量策略|estrategia de momento|follow the trend|seguidor de tendencia|seguimiento de tendencia|trendfolge|trendfolgestrategie|suivi de tendance|趋势跟踪|趋势策略|momentum bot|momentum system"},
    "meanrev_idea": {True: "mean reversion|mean-reversion|mean reversion strategy|mean reverting|reversion to the mean|reversion a la media|reversao a media|ruckkehr zum mittelwert|retour a la moyenne|均值回归|均值回归策略|mean-reversion strategy|mean reversion system|mean-reverting|mean reverting strategy"},
    "breakout_idea": {True: "breakout strategy|breakout system|breakout|break out strategy|estrategia de ruptura|ruptura|rompimento|ausbruch|ausbruchsstrategie|cassure|strategie de cassure|突破策略|breakouts|channel breakout|range breakout|ausbruchstrategie"},
    "dca_idea": {True: "dca|dollar cost average|dollar cost averaging|dollar-cost averaging|dollar-cost average|cost averaging|定投|aporte periodico|sparplan|promediar el costo|cost average|dca into|dca strategy"},
    "dip": {True: "drops|drop|falls by|dips|dip|declines by|loses|down by|drops by|goes down by|fell|has dropped|has fallen|cae|baja un|cae un|cai|caiu|fallt um|sinkt um|chute de|baisse de|下跌了|跌|crashes|crash|is down|drop of|decline of|a drop of|falls|went down|went down by|goes down|drops at least|plunges|retreats|pulls back|dropped|declines|caiga|caiga un|cayo|caer|cae al menos|retrocede|baje un|baja al menos|pierda un|pierde un|desciende|caida de|una caida de|verliert|gefallen|ist gefallen|perd|recule|cair|caia|recua|queda de|cai mais de|跌了|回落|sell-off|selloff of|a dip of|pullback of|a pullback of|correction of|slides|slid|tumbles|sinks|down at least|down more than|declined|dumps|sold off|has declined|has fallen by|has dropped by|lost|bajo un|se desploma|rutscht|nachgibt|nachgegeben|einbricht"},
    "gainmove": {True: "rises by|gains|up by|goes up by|is up by|rose|has risen|rallies|went up|went up by|price went up|sube un|sobe|steigt um|hausse de|上涨了|涨|increases by|jumps|jump of|climbs|is up at least|rallied|goes up|pumps|moves up|advances|surges|suba|suba un|subio|gana|gana un|gewinnt|gestiegen|ist gestiegen|monte de|grimpe|gagne|subiu|alta de|涨幅|gain of|a gain of|rise of|a rise of|rally of|a rally of|gained|up at least|up more than|climbed|jumped|surged|rallies by|pumped|increase of|appreciates|zulegt|zugelegt|anzieht"},
    "streak_down": {True: "lower close|lower closes|down days|down day|red days|red candles|down closes|closes lower|close is lower|close lower|closed lower|losing days|red bars|velas rojas|candles vermelhos|rote kerzen|bougies rouges|阴线|down bars|bearish candles|dias bajistas|lower|negative days|falling closes|the close is lower|days down|declining closes|negative closes|dias de queda|jours de baisse"},
    "streak_up": {True: "higher close|higher closes|up days|up day|green days|green candles|up closes|closes higher|close is higher|close higher|closed higher|winning days|green bars|velas verdes|candles verdes|grune kerzen|bougies vertes|阳线|up bars|bullish candles|positive days|rising closes|the close is higher|days up|positive closes|dias de alta|dias alcistas|jours de hausse"},
    "report": {True: """summarize|summarise|summary|report|what are|what is|what's|win/loss ratio|win rate|win loss ratio|sharpe|sharpe ratio|performance|results|result|total return|equity curve|metrics|show me|show|plot|statistics|stats|profit factor|max dd|how did it do|resume|resumen|resumo|zusammenfassung|ergebnis|ergebnisse|resultat|resultats|resultados|resultado|rendimiento|rendite|汇总|收益|总结|and drawdown|cagr|number of trades|benchmark it|analyze|analyse|analysis|compare with|how it performs|returns and drawdown|rentabilidad|retorno"""},
    "mul": {True: "x|times|mal|veces|fois|vezes|*|倍|multiplied by"},
    "sub": {True: "minus|menos el|moins"},
    "div": {True: "/|divided by|dividido por|geteilt durch|divise par"},
    "million": {1e6: "million|millions|millones|milhoes|mio|millionen", 1e3: "thousand|mil|mille|tausend|千", 1e4: "万", 1e9: "billion|billions"},
    "twice": {2.0: "twice|double the|el doble de|o dobro de|doppelt|le double de|两倍", 3.0: "triple the|three times the", 0.5: "half the|half of the average"},
    "following": {True: "following candle|next one|the following candle|current candle|this candle|current bar|following bar|the current candle|today's"},
    "fill": {None: "to be|to go|to get|to have|has to be|have to be|needs to be|must be|should be|tiene que estar|tem que estar|muss sein|doit etre|comes in with|there is a|there is|in the area of|so that|such that|as follows|as well|in order to|in that case|at this point|at which point|by the way|of course|the last one|last one|the latter|for example|por ejemplo|zum beispiel|par exemple|por exemplo|with the same exits|same exits|with the same exit|same exit rules|with same exits|the case|in a trade when|no matter what|no matter|what if|if i had|come what may|whatever happens|estiver|esteja|este por"},
    "quietly": {True: "only the stop closes the trade|the stop closes the trade|only the stop closes it|happens|at the same time|simultaneously|al mismo tiempo|gleichzeitig|en meme temps|ao mesmo tempo|同时满足|at that moment|at the same bar|on the same bar|on the same candle|in the same candle|at once|together"},
    "flat_eod": {True: "no overnight|no overnight positions|not overnight|no positions overnight|flat by end of day|flat at the end of the day|flat at session close|close everything at the end of the day|close before the end of the day|intraday only|sin posiciones overnight|ohne ubernacht|pas de positions overnight|flat by the close|never hold overnight|don't hold overnight"},
    "intraday": {True: "intraday|intradia|day trade only|day trading|daytrading|intra-day"},
    "all_tf": {True: "all timeframes|all three timeframes|both timeframes|all time frames|alle drei zeitrahmen|allen drei zeitrahmen|allen zeitrahmen|todos los marcos temporales|all of the timeframes|on all timeframes|las tres temporalidades|todas las temporalidades|todos os tempos graficos|tous les timeframes|allen|all three|auf allen|multiple timeframes|several timeframes|alle drei|les trois|as tres|all of them|los tres|the three"},
    "first": {True: "first|erste|ersten|primeros|primeras|primeiros|primeiras|premieres|premiers|primer|primeira|primera|premiere"},
    "inside": {True: "inside|within the bands|dentro de|dentro das|innerhalb|a l'interieur"},
    "outside": {True: "outside|fuera de|fora das|ausserhalb|en dehors"},
    "universe_word": {True: "stocks|coins|symbols|tickers|etfs|constituents|components"},
}  # fmt: skip

UNSUPPORTED: Final[dict[str, str]] = {
    "pairs": "pairs|pair trade|pairs trading|pair trading|spread between|cointegration|cointegrated|stat arb|statistical arbitrage|arbitrage|hedge ratio|long one short the other|par de acciones|paarhandel|配对交易|配对|arbitraje|price ratio of|ratio between",
    "rotation": "rotation|rotate|rotates|rotating|switch between|switch to|switch into|otherwise hold|otherwise buy|else buy|else hold|rotacion|rotacao|轮动|rotieren|dual momentum|sector rotation|rotate into|wechsle in|hold bil|risk on risk off",
    "ranking": "rank|ranks|ranked|ranking|sort|sorted|top|top 10|best performing|worst performing|strongest|weakest|top performing|bottom 10|the best|top decile|quintile|decile|highest ranked|排名|排序|mejores|melhores|top n|best performers|worst performers|highest momentum|biggest losers|biggest gainers|top gainers|top losers|most oversold",
    "universe screening": "s&p 500 stocks|s&p500 stocks|sp500 stocks|constituents|screen for|screener|scan for|scan all|scan the|all stocks|every stock|nasdaq 100 stocks|universe|russell 2000 stocks|any stock|any coin|all coins|all crypto|csi 300 constituents|universe of|csi 300|all symbols|whole market|stocks in the|nasdaq stocks|top 100 coins|选股|全市场|dow stocks|all nasdaq|s&p 500 companies|stocks that|small caps|large caps|large cap stocks|small cap stocks|basket of stocks",
    "portfolio weighting": "rebalance|rebalanced|rebalancing|portfolio weights|equal weight|equally weighted|equal-weight|risk parity|weights|60/40|markowitz|minimum variance|inverse volatility|mean variance|再平衡|rebalancear|umschichten|reequilibrer|weighting|efficient frontier|max sharpe portfolio|volatility weighted|allocation between",
    "several positions at once": "hedge|hedging|several positions|multiple positions at once|simultaneous positions|hedged|straddle position|both long and short at the same time|lock the position",
    "signal on another symbol": "when vix|if vix|vix is|vix above|vix below|based on spy|when spy|when btc dominance|btc dominance|bitcoin dominance|dxy|dollar index|when the s&p|vix",
    "grid": "grid|grids|grid trading|grid bot|rejilla|malla|grade|gitter|grille|网格|market maker|market making|market-making|grid levels",
    "martingale sizing": "martingale|martingala|anti-martingale|double down|double the lot|double the size after|double after a loss|double position after|doubling down|马丁|马丁格尔|martingal|double the stake|double the bet|double up after|increase lot after loss|double after each loss|double my position|kelly|doubling the position",
    "repeated buys": "average down|averaging down|buy more|add more|keep buying|buy again|accumulate|promediar a la baja|补仓|buy another|nachkaufen|keep adding|每月定投|safety orders|safety order|buys more",
    "partial exits": "partial|partially|half of the position|half the position|sell half|close half|scale out|take half|first target|second target|partial profit|partial profits|take partials|the rest|remaining half|remaining position|vender la mitad|mitad de la posicion|metade da posicao|halfte|die halfte|moitie|部分平仓|一半|50% of the position|sell 50%|close 50%|sell a third|one third|in thirds|scale-out|close 1/2|let the rest run|half off|half position",
    "machine learning": "machine learning|neural network|neural net|lstm|deep learning|ai model|random forest|xgboost|reinforcement learning|predict|prediction|train a model|ml model|svm|transformer model|gpt|classifier|regression model|lightgbm|k-nearest|knn|lorentzian classification|red neuronal|aprendizaje automatico|aprendizado de maquina|maschinelles lernen|neuronales netz|apprentissage automatique|reseau de neurones|机器学习|神经网络|深度学习|genetic algorithm|arima|garch|hidden markov|kalman|trained",
    "divergence": "divergence|divergences|divergencia|divergencias|divergenz|divergenzen|divergencia alcista|背离|bullish divergence|bearish divergence|hidden divergence|diverges",
    "options": "option|options|option selection|calls and puts|iron condor|straddle|strangle|covered call|covered calls|credit spread|debit spread|butterfly spread|ce/pe|ce|pe|opciones|opcoes|optionen|strike|strikes|theta|delta neutral|期权|0dte|dte|put spread|call spread|wheel strategy|sell puts|cash secured put|atm options|next week ce/pe|otm|itm|bull call spread|sell premium",
    "factor ranking": "multi-factor|multifactor|value factor|quality factor|momentum + value + quality|fama french|factor model|多因子|factor investing|low volatility factor",
    "fundamental data": "p/e|pe ratio|p/e ratio|earnings|eps|revenue|book value|dividend yield|fundamental|fundamentals|roe|free cash flow|market cap|debt to equity|value + quality|quality|基本面|市盈率|earnings report|balance sheet|p/b|price to book|price to earnings|dividends|analyst|insider buying|insiders|profit margin|after earnings",
    "news and sentiment": "news|sentiment|twitter|tweet|tweets|reddit|fear and greed|fear & greed|google trends|social media|elon|fomc|cpi release|noticias|nachrichten|新闻|headline|headlines|on-chain|onchain|whale|whales|funding rate|open interest|order book|orderbook|order flow|liquidations|market depth|bid ask|non-farm|nfp|level 2|delta volume|cumulative delta|footprint",
    "chart patterns": "head and shoulders|double top|double bottom|cup and handle|triangle|wedge|flag pattern|bull flag|bear flag|elliott|elliott wave|fibonacci|fib|fib retracement|harmonic|gartley|trendline|trend line|trendlines|support and resistance|support|resistance|order block|order blocks|fair value gap|fvg|liquidity sweep|smart money|wyckoff|soporte|resistencia|suporte|widerstand|unterstutzung|supply and demand|supply zone|demand zone|market structure|break of structure|bos|choch|premium zone|discount zone|inside bar pattern|ict|turtle soup|renko|volume profile|poc|value area",
}  # fmt: skip
"""What goes beyond one rule on one position, and the words that ask for it."""

FILLER: Final = """
a an the this that these those is are was were be been being am has have had of for in at to by from as it its it's their them they i we you me my our your he she us who which
please pls plz back schliesst fallt steigt sinkt liegt steht notiert klettert rutscht er ihn elle il lo les ihm jene jenes own entering same thanks thank thx can could would should will shall may might must let lets let's want wants wanna need needs like just so very really some any all there here into onto
make create build write give get take do does did doing design develop code generate implement want to using per via about around own again still always simply basically
its their his her value values level levels indicator indicators signal price's current currently new simple basic good nice best classic standard strong well known called named
help hello hi hey ok okay sir guys everyone dear also too then than each other same one's moment time happen happens occurs occur trade trading traded market position positions
go goes going gone went start starts starting started stay stays remain remains become becomes turn turns set sets put puts use used uses using try trying tried order
pls. lol btw fyi etc eg e.g. ie i.e. vs
un una unos unas el la los las lo le les de del da do das dos des du d' l' en em no na nos nas por para con com sur dans pour par au aux et que qu' es esta este esto ese esa son sea ser estar
ein eine einen einem einer der die das den dem des ist sind wird werden im in am auf fur mit zu zum zur bei von vom es sich bitte auch ich mir mich wir
je tu il elle nous vous on ce cet cette ces est sont soit un une quiero quisiera necesito haz hacer hazme crea crear creame genera generar dame uma um umas uns eu voce quero preciso faca faz fazer criar crie gere gerar isso essa esse isto
mach mache erstelle erstellen baue bauen schreibe ich mochte will veux voudrais faire fais cree creer genere generer ecris
use usa usar usando utiliza utilizar utilizando valor nivel niveau wert werte niveau linie linea linha ligne mercado markt marche
改 改成 改为 换 换成 设 设为 变成 的 了 时 请 我 想 要 用 做 一个 个 在 是 对 为 以 就 帮 帮我 写 生成 创建 线 当 出现 发生 后 进行 该 此 即 到 价 并 把 将 给 您 你
candle's bar's day's week's itself myself long-term short-term medium term entire whole within-the exactly approximately about roughly
rule rules condition conditions setup logic based follows following below: above: idea called version v1 v2 name
effective extremely powerful profitable profit been works work working great super
tf's side sides thing stuff way ways
something somehow bit lot more much many most least
mt4 mt5 tradingview metatrader pine script platform broker binance coinbase bybit kraken exchange nasdaq nyse spot
happens occur occurring only-the-stop double baseline pra pro numa num instead example simply approach coin token tokens stock etf security asset instrument ticker name same above-mentioned today overall must thats fine sobre cada se me nos te ya si ma pro
when's while's i'd i'm i've don id im ive
also: note: ps p.s. additionally furthermore moreover finally firstly secondly third next lastly
sharing shared currently normally usually typical typically usual
moves move moving moved price price: takes place trigger triggers triggered triggering generated
equals like: such a's
area zone region territory zona bereich 区 区域 区间 collateral sorry english bad aqui entonces-se cuyo whose basicly kindly respectively resp namely ie eg accordingly being itself really gets get's done happening given entire operativa operar opero trade's thereafter afterward sir bro bros dude mate guys folks anyone someone everybody regards cheers appreciated greetings hola buenas buenos dias- olá ola bonjour salut hallo moin servus merci danke gracias obrigado 谢谢 您好 你好 大家 请问 的话 策略是 规则 条件 如下 就是 还有 之后 以后 时候 就会 会 能 可以 吧 呢 啊 哦 吗
calculate compute calcula calcular berechne berechnen calcule calculer using parameters settings setting params configured config configuration input inputs chart's
etf overnight makes made su sus seu sua sein seine seinem seinen ihrem ihr son sa ses 股票 股 票 everything stock's candle's yesterday-s its
al whats total scan transaction transactions 次 每次 每 neuem neuen neuer zone-line job work's dukascopy forex fx symmetrically fixed single-position somit dabei dann-noch jeweils etwa ungefahr aproximadamente environ about around
sized
指标 ganze ganzen triple crypto cryptos
looking cambialo cambiala ponlo
estiver esteja estuviera estando
dela dele delas deles ella ello davon 笔
""".split()


@cache
def lexicon() -> dict[tuple[str, ...], Concept]:
    """Phrase (tuple of words) → concept; filler words map to `("fill", None)`."""
    found: dict[tuple[str, ...], Concept] = {}
    for word in FILLER:
        found[split_words((word,))] = ("fill", None)
    for kind, rows in _TABLE.items():
        for value, phrases in rows.items():
            for phrase in phrases.split("|"):
                for form in _forms(phrase):
                    words = tuple(form.split())
                    if words:
                        found[split_words(words)] = (kind, value)
    for phrase, act in _order_phrases():
        found.setdefault(split_words(tuple(phrase.split())), ("act", act))
    for what, phrases in UNSUPPORTED.items():
        for phrase in phrases.split("|"):
            found.setdefault(split_words(tuple(phrase.split())), ("unsupported", what))
    return found


def _order_phrases() -> Iterator[tuple[str, str]]:
    """`opens a long position`, `closes the short`, `exit all longs`: what opens or closes, and which side."""
    sides = {"long": "long", "buy": "long", "short": "short", "sell": "short"}
    opening = "open opens opening opened enter enters entering take takes taking initiate initiates start starts place places".split()
    closing = "close closes closing closed exit exits exiting liquidate liquidates cover covers".split()
    nouns = ("", " position", " positions", " trade", " trades", " order", " orders", " entry")
    for word, side in sides.items():
        for noun in nouns:
            for article in ("", "a ", "the ", "another "):
                for verb in opening:
                    if word in ("long", "short") or noun or verb not in ("place", "places"):
                        yield f"{verb} {article}{word}{noun}", side
            for article in ("", "the ", "my ", "any ", "all ", "open ", "any open ", "all open ", "all the ", "your "):
                for verb in closing:
                    yield f"{verb} {article}{word}{noun}", f"exit_{side}"
                    if noun in ("", " position", " trade"):
                        yield f"{verb} {article}{word}s", f"exit_{side}"


def _forms(phrase: str) -> Iterator[str]:
    """The phrase, and with the contracted articles of Spanish, Portuguese and French in place of a final `de`."""
    phrase = " ".join(phrase.split())
    yield phrase
    if phrase.endswith(" de"):
        stem = phrase.removesuffix(" de")
        for article in ("da", "do", "das", "dos", "del", "de la", "de los", "de las", "du", "des", "d'"):
            yield f"{stem} {article}"


def split_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """Hyphens and Chinese characters split as the tokenizer splits them."""
    from vibetrader.spec.words.tokens import pieces

    return tuple(piece for word in words for piece in pieces(word))


@cache
def longest_phrase() -> int:
    """Words in the longest phrase."""
    return max(len(key) for key in lexicon())


_CORRECTABLE: Final = frozenset(
    [
        "act",
        "cmp",
        "cross",
        "drop",
        "touch",
        "state",
        "price",
        "ind",
        "out",
        "agg",
        "lag",
        "unit",
        "tf",
        "stop",
        "target",
        "trail",
        "rr",
        "leverage",
        "fee",
        "slippage",
        "strategy",
        "session_close",
        "mirror",
        "breakeven",
        "weekday",
        "month",
        "momentum_idea",
        "meanrev_idea",
        "breakout_idea",
        "golden",
        "pips",
        "symbol",
    ]
)


@cache
def typo_words() -> tuple[str, ...]:
    """Words a misspelt one may stand for: content words of five letters or more."""
    found: set[str] = set()
    for key, (kind, _) in lexicon().items():
        if kind in _CORRECTABLE:
            found.update(word for word in key if len(word) >= 5 and word.isascii() and word.isalpha())
    return tuple(sorted(found))


_ORDINARY: Final = frozenset(
    """logging lagging printing closing number simple single smart start score share store story strong table think thing times total
    trial voice watch water where which while white whole world would write young night matter computed tomorrow turtle
    power point prior quick quite range ratio ready right round scale scene sense serve seven shall shape sharp sheet shift short
    sight since skill sleep small smile solid solve sorry sound south space spare speak speed spend stage stand state still stone
    stuff style sugar super sweet taste teach thank their theme there these thick third those throw tight title touch tough tower
    track train treat trend trick truck trust truth twice uncle until upper upset urban usage usual valid value video visit vital
    waste wheel whose woman worry worse worst worth wrong exists expect exceed extra enable entire enough energy engine ensure
    escape even ever every exact exist friend front funny future garden gather general gentle giant given glass global grand grass
    great green greet gross group guess guest guide happy heart heavy hello house human ideal image index inner input issue joint
    judge known label large laser later laugh layer learn least leave legal level light limit local logic loose lower lucky lunch
    magic major maker march match maybe mayor media metal might minor model money month moral motor mount mouse mouth movie music
    needs never newly noise north noted novel nurse occur ocean offer often order other ought outer owner paint panel paper party
    peace phase phone photo piece pilot pitch place plain plane plant plate moving moves money monthly beaten broken chosen
    statt setze nimm anstatt stelle bitte immer unten fertig danke alles nichts etwas keine wieder noch schon heute morgen
    jetzt meine deine meinem deinem keinen dieser diese dieses welche werte poner ponle pongo puede puedes hacer hazlo quita
    queda quedan antes despues ahora gracias entonces sobre hasta desde mucho poco siempre nunca tambien cuenta metro tirar
    troca mudar deixa fazer agora depois muito sempre nunca conta passe passer mettre mets relance garde garder encore
    toujours jamais aussi avant apres pendant quelque chose""".split()
)
"""Words of everyday English that are never read as a misspelt trading word."""


@cache
def known_words() -> frozenset[str]:
    """Every word that occurs in a phrase."""
    return _ORDINARY | frozenset(word for key in lexicon() for word in key)
