set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
computed / useful pairs
1
2
4
8
16
32
64
1.0
1.5
2.0
sliding-window(256)
sliding-window(1024)
chunked-overlap(256)
chunked-overlap(1024)
attention-sink(4+256)
attention-sink(4+1024)
length over window, n / w
chunked-overlap(256) computes 2.00× the pairs that its mask allows,
sliding-window(1024) only 1.03×
Pairs that the kernel computes over pairs that the mask allows, counted while the kernel ran. Lines join the points. At 1
no pair is wasted; w is the window, and texts shorter than w do not fill it.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'pairs' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'pairs.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[19].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label '{/:Bold '.$texts[20].'}' at screen 0.0194, screen 0.9014 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[21] at screen 0.0194, screen 0.8575 left font ',11.5' tc rgb '#595959'
set label $texts[22] at screen 0.0194, screen 0.8263 left font ',11.5' tc rgb '#595959'
set label $texts[18] at screen 0.4132, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set xrange [0.9090909:64.032]
set yrange [0.9:2.16]
set xtics ($texts[2] 1, $texts[3] 2, $texts[4] 4, $texts[5] 8, $texts[6] 16, $texts[7] 32, $texts[8] 64)
set ytics ($texts[9] 1, $texts[10] 1.5, $texts[11] 2)
set lmargin at screen 0.0616
set rmargin at screen 0.7648
set bmargin at screen 0.1167
set tmargin at screen 0.7471
set label $texts[1] at screen 0.0194, screen 0.7825 left font ',11.5' tc rgb '#595959'
set label $texts[12] at screen 0.8009, screen 0.2235 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.7731, screen 0.2292 to screen 0.7953, screen 0.2235 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[13] at screen 0.8009, screen 0.1610 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.5440, screen 0.1823 to screen 0.7731, screen 0.1823 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7731, screen 0.1823 to screen 0.7953, screen 0.1610 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[14] at screen 0.8009, screen 0.6826 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.7731, screen 0.6670 to screen 0.7953, screen 0.6826 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[15] at screen 0.8009, screen 0.6514 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.5440, screen 0.6670 to screen 0.7731, screen 0.6670 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7731, screen 0.6670 to screen 0.7953, screen 0.6514 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[16] at screen 0.8009, screen 0.2548 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.7731, screen 0.2359 to screen 0.7953, screen 0.2548 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[17] at screen 0.8009, screen 0.1923 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.5440, screen 0.1841 to screen 0.7731, screen 0.1841 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7731, screen 0.1841 to screen 0.7953, screen 0.1923 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
plot 'pairs.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'pairs.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines dt (14,8) lw 1.575 lc rgb '#D55E00', \
  'pairs.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines dt 1 lw 1.4 lc rgb '#009E73', \
  'pairs.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines dt (14,8) lw 1.4 lc rgb '#009E73', \
  'pairs.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt 1 lw 1.225 lc rgb '#CC79A7', \
  'pairs.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with lines dt (14,8) lw 1.225 lc rgb '#CC79A7', \
  'pairs.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'pairs.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#ffffff', \
  'pairs.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with points pt 4 ps 0.81*mark lw 1.2 lc rgb '#D55E00', \
  'pairs.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'pairs.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#ffffff', \
  'pairs.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with points pt 8 ps 0.72*mark lw 1.2 lc rgb '#009E73', \
  'pairs.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'pairs.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#ffffff', \
  'pairs.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with points pt 12 ps 0.63*mark lw 1.2 lc rgb '#CC79A7'
unset output
unset label
unset arrow
unset logscale
}
